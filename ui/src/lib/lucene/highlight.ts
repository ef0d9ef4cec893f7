import { tokenize, type Token } from './tokenize';

export interface HighlightTerm {
  /** The only field to mark, or null for any. */
  field: string | null;
  pattern: string;
}

/** The words that a query looks for, without those it excludes. */
export function highlightTerms(query: string): HighlightTerm[] {
  const terms: HighlightTerm[] = [];
  let field: string | null = null;
  let negated = false;
  for (const token of tokenize(query)) {
    if (token.kind === 'field') field = token.text;
    else if (token.kind === 'operator') negated = token.text === 'NOT' || /[!-]/.test(token.text);
    else if (isValue(token)) {
      const pattern = patternOf(token);
      if (!negated && pattern !== '') terms.push({ field, pattern });
      field = null;
      negated = false;
    }
  }
  return terms;
}

export interface Piece {
  text: string;
  marked: boolean;
}

/** One expression for a column's cells, or null when nothing in it can match. */
export function matcherFor(terms: readonly HighlightTerm[], field: string): RegExp | null {
  const patterns = terms.filter((term) => term.field === null || term.field === field);
  if (patterns.length === 0) return null;
  return new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${patterns.map((term) => term.pattern).join('|')})(?![\\p{L}\\p{N}])`,
    'giu',
  );
}

export function mark(text: string, matcher: RegExp | null): Piece[] {
  if (!matcher) return [{ text, marked: false }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(matcher)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), marked: false });
    pieces.push({ text: match[0], marked: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), marked: false });
  return pieces;
}

function isValue({ kind }: Token): boolean {
  return kind === 'term' || kind === 'phrase' || kind === 'number';
}

function patternOf(token: Token): string {
  const text = token.kind === 'phrase' ? token.text.replace(/^"|"$/g, '') : token.text;
  const plain = text.replace(/\\(.)/g, '$1').trim();
  if (plain.replace(/[*?]/g, '') === '') return '';
  return plain
    .replace(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replace(/\*/g, token.kind === 'phrase' ? '\\*' : '[\\p{L}\\p{N}_]*')
    .replace(/\?/g, token.kind === 'phrase' ? '\\?' : '.')
    .replace(/\s+/g, '[^\\p{L}\\p{N}]+');
}
