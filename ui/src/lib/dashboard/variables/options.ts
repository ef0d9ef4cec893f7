import type { VariableOption } from '../model/types';

/**
 * The values that a query gave, as a person chooses among them: filtered and cut by the variable's `regex`
 * (`/web-(?<value>.*)/`), each once, in the order it asks for.
 */
export function optionsFrom(values: readonly string[], regex: string, sort: number): VariableOption[] {
  const picked = regex === '' ? values.map((value) => ({ text: value, value })) : applyRegex(values, regex);
  const seen = new Set<string>();
  const unique = picked.filter(({ value }) => !seen.has(value) && seen.add(value));
  return sorted(unique, sort);
}

function applyRegex(values: readonly string[], regex: string): VariableOption[] {
  const pattern = parseRegex(regex);
  return values.flatMap((value) => {
    const match = pattern.exec(value);
    pattern.lastIndex = 0;
    if (!match) return [];
    const named = match.groups ?? {};
    const found = named.value ?? named.text ?? match[1] ?? value;
    return [{ value: found, text: named.text ?? found }];
  });
}

/** `/pattern/flags`, or a bare pattern that the whole value has to match. */
function parseRegex(text: string): RegExp {
  const slashed = /^\/(.*)\/([dgimsuvy]*)$/s.exec(text);
  return slashed ? new RegExp(slashed[1] ?? '', slashed[2]) : new RegExp(`^(?:${text})$`);
}

const NATURAL = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const BASE = new Intl.Collator('en', { sensitivity: 'base' });

/** 1, 2 by the alphabet, 3, 4 by the first number, 5, 6 without case, 7, 8 naturally; odd is ascending. */
function sorted(options: VariableOption[], sort: number): VariableOption[] {
  const order = [
    (a: string, b: string) => (a < b ? -1 : Number(a > b)),
    (a: string, b: string) => firstNumber(a) - firstNumber(b),
    (a: string, b: string) => BASE.compare(a, b),
    (a: string, b: string) => NATURAL.compare(a, b),
  ][Math.floor((sort - 1) / 2)];
  if (!order) return options;
  const ascending = options.toSorted((a, b) => order(a.text, b.text));
  return sort % 2 === 0 ? ascending.reverse() : ascending;
}

function firstNumber(text: string): number {
  const match = /\d+(\.\d+)?/.exec(text);
  return match ? Number(match[0]) : -1;
}
