import { escapeField, quote } from './escape';

export type FilterValue = string | number | boolean;

/** A pill: a field that is, or is not, a value; without a value, that it exists or does not. */
export interface Filter {
  field: string;
  negate: boolean;
  value?: FilterValue;
}

/** The query that is sent: the user's text and every filter must hold. */
export function combine(query: string, filters: readonly Filter[]): string {
  const user = query.trim();
  if (filters.length === 0) return user;
  const clauses = filters.map(clause);
  return (user === '' ? clauses : [`(${user})`, ...clauses]).join(' AND ');
}

/** The keyword form holds whole values only up to this length; longer ones must be asked for as a phrase. */
const LONGEST_KEYWORD = 256;

function clause({ field, negate, value }: Filter): string {
  const name = escapeField(field);
  const not = negate ? 'NOT ' : '';
  if (value === undefined) return `${not}_exists_:${name}`;
  if (typeof value !== 'string') {
    // A bare minus would be read as an operator.
    const text = String(value);
    return `${not}${name}:${text.startsWith('-') ? quote(text) : text}`;
  }
  const exact = value.length <= LONGEST_KEYWORD && !field.endsWith('.keyword');
  return `${not}${name}${exact ? '.keyword' : ''}:${quote(value)}`;
}

/** As one URL parameter: a sign, the field and the value as JSON, which keeps numbers from text. */
export function encodeFilter({ field, negate, value }: Filter): string {
  const sign = negate ? '-' : '+';
  return value === undefined ? sign + field : `${sign}${field}:${JSON.stringify(value)}`;
}

export function decodeFilter(text: string): Filter | null {
  const match = /^([+-])([^:]+)(?::(.+))?$/s.exec(text);
  const field = match?.[2];
  if (!match || field === undefined) return null;
  const negate = match[1] === '-';
  if (match[3] === undefined) return { field, negate };
  try {
    const value: unknown = JSON.parse(match[3]);
    return isFilterValue(value) ? { field, negate, value } : null;
  } catch {
    return null;
  }
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return encodeFilter(a) === encodeFilter(b);
}

export function isFilterValue(value: unknown): value is FilterValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
