import type { Calculation, Statistics } from '../../lib/chart/statistics';

export interface LegendSort {
  by: Calculation;
  down: boolean;
}

/** The order of the legend's rows; series without the figure come last either way. */
export function sortRows(figures: readonly Statistics[], sort: LegendSort | null): number[] {
  const rows = figures.map((_, index) => index);
  if (!sort) return rows;
  const figure = (row: number) => figures[row]?.[sort.by] ?? null;
  return rows.sort((a, b) => {
    const [left, right] = [figure(a), figure(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sort.down ? right - left : left - right;
  });
}
