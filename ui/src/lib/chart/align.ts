import type { RangeSeries } from '../../api/prometheusTypes';

/** Values of several series at the same instants; null where a series has none. */
export interface Aligned {
  /** Milliseconds since 1970. */
  x: number[];
  values: (number | null)[][];
}

/** The instants that a range query evaluates at, in milliseconds. */
export function gridOf(start: number, end: number, step: number): number[] {
  const length = Math.max(0, Math.floor((end - start) / step + 1e-6) + 1);
  return Array.from({ length }, (_, index) => start + index * step);
}

/**
 * Puts the samples of a range query on its grid. What cannot be drawn (NaN, infinities) is a gap, and so is an
 * instant without a sample. Native histograms give the average of what they observed.
 */
export function align(series: readonly RangeSeries[], start: number, end: number, step: number): Aligned {
  const x = gridOf(start, end, step);
  const values = series.map((each) => {
    const row = new Array<number | null>(x.length).fill(null);
    const put = (at: number, value: number) => {
      const index = Math.round((at * 1_000 - start) / step);
      if (index >= 0 && index < row.length && Number.isFinite(value)) row[index] = value;
    };
    for (const [at, text] of each.values ?? []) put(at, parseValue(text));
    for (const [at, { sum, count }] of each.histograms ?? []) put(at, parseValue(sum) / parseValue(count));
    return row;
  });
  return { x, values };
}

/** A number as Prometheus writes it. */
export function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
