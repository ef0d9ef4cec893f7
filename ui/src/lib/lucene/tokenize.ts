export type TokenKind =
  | 'field'
  | 'colon'
  | 'operator'
  | 'paren'
  | 'phrase'
  | 'term'
  | 'number'
  | 'range'
  | 'regex'
  | 'modifier'
  | 'space';

export interface Token {
  kind: TokenKind;
  from: number;
  to: number;
  text: string;
}

/** Tried in order at each position; every pattern is sticky. */
const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/y],
  ['phrase', /"(?:\\.|[^"\\])*"?/y],
  ['regex', /\/(?:\\.|[^/\\])+\//y],
  ['operator', /(?:AND|OR|NOT)(?=[\s()"]|$)|&&|\|\||!|[+-](?=\S)/y],
  ['range', /[[{][^\]}]*[\]}]?|[<>]=?/y],
  ['paren', /[()]/y],
  ['modifier', /[~^][\d.]*/y],
  ['field', /(?:\\.|[^\s:()"[\]{}^~!/\\])+(?=\s*:)/y],
  ['colon', /:/y],
  ['number', /\d+(?:\.\d+)?(?=[\s)^~]|$)/y],
  ['term', /(?:\\.|[^\s:()"[\]{}^~\\])+/y],
];

/**
 * Splits a query for colours, suggestions and highlights. It never fails: whether the text is valid is for
 * the server to say, so that there is one grammar and not two.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = nextToken(text, at);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

function nextToken(text: string, from: number): Token {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match) return { kind, from, to: from + match[0].length, text: match[0] };
  }
  return { kind: 'term', from, to: from + 1, text: text.charAt(from) };
}

/** The field that the value at `position` belongs to, or null when a field name or a bare word is typed. */
export function fieldBefore(text: string, position: number): string | null {
  const before = tokenize(text.slice(0, position)).filter((token) => token.kind !== 'space');
  const last = before.at(-1);
  const colon = last?.kind === 'colon' ? before.length - 1 : before.length - 2;
  const field = before[colon - 1];
  if (before[colon]?.kind !== 'colon' || field?.kind !== 'field') return null;
  // A blank after a finished value ends it.
  if (last && last.kind !== 'colon' && last.to < position) return null;
  return field.text;
}
