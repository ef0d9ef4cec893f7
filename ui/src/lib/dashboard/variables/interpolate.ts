import { formatValue } from './format';
import type { Scope } from './types';

/** `$name`, `[[name]]`, `[[name:format]]`, `${name}`, `${name:format}`, `${name.field:format}` */
const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

/** A text with its variables filled in; what is not known stays as it stands. */
export function interpolate(text: string, scope: Scope, defaultFormat = 'glob'): string {
  if (!text.includes('$') && !text.includes('[[')) return text;
  return text.replace(
    REFERENCE,
    (
      whole,
      bare?: string,
      bracket?: string,
      bracketFormat?: string,
      brace?: string,
      field?: string,
      format?: string,
    ) => {
      const name = bare ?? bracket ?? brace ?? '';
      const value = scope.get(field === undefined ? name : `${name}.${field}`) ?? scope.get(name);
      if (!value) return whole;
      const wanted = bracketFormat ?? format ?? (field === 'text' ? 'text' : defaultFormat);
      return formatValue(value, wanted, name);
    },
  );
}

/** The names that a text refers to, known or not. */
export function references(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? match[2] ?? match[4] ?? '');
}
