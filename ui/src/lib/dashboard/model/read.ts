/** Reading of JSON that nobody has checked: each function gives a value of its type, whatever is there. */

export type Raw = Record<string, unknown>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

export function records(value: unknown): Raw[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function texts(value: unknown): string[] {
  return list(value).filter((each) => typeof each === 'string');
}

export function text(value: unknown, otherwise = ''): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : otherwise;
}

/** Editors of dashboards write numbers as text now and then. */
export function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

export function flag(value: unknown, otherwise = false): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

/** One of the words that are known, or the first of them. */
export function oneOf<T extends string>(value: unknown, known: readonly [T, ...T[]]): T {
  return known.find((each) => each === value) ?? known[0];
}
