import type { HistogramValue } from '../../../api/prometheusTypes';

export interface HistogramBar {
  /** In interval notation, such as `(0.5, 1]`. */
  range: string;
  count: string;
  /** Of the largest bucket, from 0 to 1. */
  share: number;
}

/** Which ends belong to a bucket, by Prometheus's number for it. */
const ENDS: readonly (readonly [string, string])[] = [
  ['(', ']'],
  ['[', ')'],
  ['(', ')'],
  ['[', ']'],
];

export function histogramBars({ buckets = [] }: HistogramValue): HistogramBar[] {
  const largest = Math.max(...buckets.map(([, , , count]) => Number(count)), 0);
  return buckets.map(([kind, low, high, count]) => {
    const [open, close] = ENDS[kind] ?? ['(', ']'];
    const share = largest > 0 ? Math.max(0, Number(count) / largest) : 0;
    return { range: `${open}${shorter(low)}, ${shorter(high)}${close}`, count, share };
  });
}

/** Ends of exponential buckets have as many digits as a float can hold. */
function shorter(text: string): string {
  const value = Number(text);
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : text;
}
