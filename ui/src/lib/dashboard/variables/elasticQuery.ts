import { isRecord, number, text } from '../model/read';

/** What a variable asks Elasticsearch: the values of a field, or the names of fields. */
export type LogQuestion =
  | { find: 'terms'; field: string; query: string; size: number; byCount: boolean; order: 'asc' | 'desc' }
  | { find: 'fields'; type: string };

const DEFAULT_SIZE = 500;

/** Reads `{"find": "terms", "field": "agent_name.keyword"}`, as text or already an object. */
export function parseLogQuestion(query: unknown): LogQuestion | null {
  const source = parsed(query);
  if (source?.find === 'fields') return { find: 'fields', type: text(source.type) };
  if (source?.find !== 'terms' || text(source.field) === '') return null;
  const byCount = source.orderBy === 'doc_count';
  const order = source.order === 'asc' || source.order === 'desc' ? source.order : byCount ? 'desc' : 'asc';
  return {
    find: 'terms',
    field: text(source.field),
    query: text(source.query),
    size: number(source.size) ?? DEFAULT_SIZE,
    byCount,
    order,
  };
}

function parsed(query: unknown) {
  if (isRecord(query)) return typeof query.query === 'string' ? parseText(query.query) : query;
  return typeof query === 'string' ? parseText(query) : null;
}

function parseText(query: string) {
  try {
    const value: unknown = JSON.parse(query);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
