import type { BytePosition } from '../../api/types';

const POSITION = /(?:^|[\s:])(\d+):(\d+): (?:parse error: )?/;

/**
 * Where in the query the server found the fault: Prometheus writes `line:column: parse error: …`, both from 1,
 * columns in bytes. Null when the message names no place.
 */
export function errorPosition(query: string, message: string): BytePosition | null {
  const match = POSITION.exec(message);
  if (!match) return null;
  const lines = query.split('\n');
  const before = lines.slice(0, Number(match[1]) - 1).map((line) => line + '\n');
  const offset = new TextEncoder().encode(before.join('')).length + Number(match[2]) - 1;
  return { offset, length: 1 };
}
