import type { BytePosition } from '../api/types';

export interface TextRange {
  from: number;
  to: number;
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/**
 * The API counts bytes, editors count UTF-16 units. A fault at the very end has no character of its own, so
 * the range then covers the last one: a mark of no width could not be seen.
 */
export function textRange(text: string, position: BytePosition): TextRange {
  const from = unitsBefore(text, position.offset);
  const to = unitsBefore(text, position.offset + Math.max(1, position.length));
  if (from < text.length) return { from, to: Math.max(to, from + 1) };
  return { from: Math.max(0, text.length - 1), to: text.length };
}

function unitsBefore(text: string, bytes: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    if (seen >= bytes) break;
    seen += byteLength(character);
    units += character.length;
  }
  return units;
}
