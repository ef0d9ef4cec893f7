export const CALCULATIONS = ['last', 'min', 'max', 'mean', 'sum', 'count'] as const;
export type Calculation = (typeof CALCULATIONS)[number];

export const CALCULATION_LABELS: Record<Calculation, string> = {
  last: 'Current',
  min: 'Min',
  max: 'Max',
  mean: 'Mean',
  sum: 'Total',
  count: 'Count',
};

export type Statistics = Record<Calculation, number | null>;

/** One pass over a series; gaps count for nothing, and a series of gaps has no figures. */
export function statistics(values: readonly (number | null)[]): Statistics {
  let last: number | null = null;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count += 1;
  }
  if (count === 0) return { last, min: null, max: null, mean: null, sum: null, count: 0 };
  return { last, min, max, mean: sum / count, sum, count };
}
