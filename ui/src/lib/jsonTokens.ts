export type JsonTokenKind = 'key' | 'string' | 'number' | 'literal' | 'plain';

export interface JsonToken {
  kind: JsonTokenKind;
  text: string;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

/** Splits text that `JSON.stringify` made, for colouring. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let end = 0;
  const push = (kind: JsonTokenKind, part: string) => {
    if (part !== '') tokens.push({ kind, text: part });
  };
  for (const match of text.matchAll(TOKEN)) {
    push('plain', text.slice(end, match.index));
    const [whole, string, colon, number] = match;
    if (string !== undefined) {
      push(colon === undefined ? 'string' : 'key', string);
      push('plain', colon ?? '');
    } else push(number === undefined ? 'literal' : 'number', whole);
    end = match.index + whole.length;
  }
  push('plain', text.slice(end));
  return tokens;
}
