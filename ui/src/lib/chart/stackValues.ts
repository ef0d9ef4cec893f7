export type StackMode = 'none' | 'normal' | 'percent';

type Values = readonly (number | null)[];

/**
 * Adds every series to those below it, negative ones downwards from zero on their own. A series without a value
 * has no height there, so that what stands on it is not torn; where none has a value there is a gap.
 * `percent` gives parts of the instant's whole, from 0 to 1.
 */
export function stackValues(series: readonly Values[], mode: StackMode): (number | null)[][] {
  if (mode === 'none') return series.map((values) => [...values]);
  const length = series[0]?.length ?? 0;
  const whole = mode === 'percent' ? wholes(series, length) : null;
  const empty = Array.from({ length }, (_, at) => series.every((values) => values[at] == null));
  const above = new Array<number>(length).fill(0);
  const below = new Array<number>(length).fill(0);
  return series.map((values) => {
    const base = isNegative(values) ? below : above;
    return values.map((value, at) => {
      if (empty[at]) return null;
      const total = whole?.[at] ?? 1;
      const part = total === 0 ? 0 : (value ?? 0) / total;
      base[at] = (base[at] ?? 0) + part;
      return base[at] ?? null;
    });
  });
}

/** For each series the one it stands on, or null for those that stand on zero. */
export function stackBases(series: readonly Values[]): (number | null)[] {
  let above: number | null = null;
  let below: number | null = null;
  return series.map((values, index) => {
    const negative = isNegative(values);
    const base = negative ? below : above;
    if (negative) below = index;
    else above = index;
    return base;
  });
}

function isNegative(values: Values): boolean {
  let sum = 0;
  for (const value of values) sum += value ?? 0;
  return sum < 0;
}

function wholes(series: readonly Values[], length: number): number[] {
  return Array.from({ length }, (_, at) =>
    series.reduce((sum, values) => sum + Math.abs(values[at] ?? 0), 0),
  );
}
