import type { VariableOption } from '../model/types';

/** `a, b\, c, Name : value` → the options of a custom or interval variable. */
export function customOptions(query: string): VariableOption[] {
  return (query.match(/(?:\\,|[^,])+/g) ?? [])
    .map((part) => part.replace(/\\,/g, ',').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const named = /^(.+?)\s:\s(.+)$/.exec(part);
      return named
        ? { text: (named[1] ?? '').trim(), value: (named[2] ?? '').trim() }
        : { text: part, value: part };
    });
}
