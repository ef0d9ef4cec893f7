import { isRecord, text } from './read';
import type { DataSourceRef } from './types';

/** An object of type and uid, or, in files of older versions, a name. */
export function readDataSource(raw: unknown): DataSourceRef | null {
  if (typeof raw === 'string' && raw !== '') return { type: '', uid: raw };
  if (!isRecord(raw)) return null;
  const found = { type: text(raw.type), uid: text(raw.uid) };
  return found.type === '' && found.uid === '' ? null : found;
}
