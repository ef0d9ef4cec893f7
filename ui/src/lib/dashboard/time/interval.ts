import { parseDuration } from './duration';

export interface FixedRange {
  /** Milliseconds since 1970, both ends. */
  from: number;
  to: number;
}

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

/** Round steps, each with the raw interval below which it is the nearest. */
const ROUND_STEPS: readonly (readonly [below: number, step: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1.5 * S, S],
  [3.5 * S, 2 * S],
  [7.5 * S, 5 * S],
  [12.5 * S, 10 * S],
  [17.5 * S, 15 * S],
  [25 * S, 20 * S],
  [45 * S, 30 * S],
  [1.5 * M, M],
  [3.5 * M, 2 * M],
  [7.5 * M, 5 * M],
  [12.5 * M, 10 * M],
  [17.5 * M, 15 * M],
  [25 * M, 20 * M],
  [45 * M, 30 * M],
  [1.5 * H, H],
  [2.5 * H, 2 * H],
  [4.5 * H, 3 * H],
  [9 * H, 6 * H],
  [D, 12 * H],
  [7 * D, D],
  [21 * D, 7 * D],
  [42 * D, 30 * D],
];

export function roundStep(ms: number): number {
  return ROUND_STEPS.find(([below]) => ms < below)?.[1] ?? 365 * D;
}

/** The step at which a range gives about `points` samples, never below `least`. */
export function stepFor(range: FixedRange, points: number, least: number): number {
  const raw = (range.to - range.from) / Math.max(1, points);
  return Math.max(least, roundStep(raw), 1);
}

/** More samples per series than this are refused by Prometheus. */
const MAX_SAMPLES = 11_000;

/** The step of a range query: not more samples than Prometheus gives out. */
export function safeStep(range: FixedRange, step: number): number {
  const least = (range.to - range.from) / MAX_SAMPLES;
  return step >= least ? step : Math.ceil(least / S) * S;
}

/** A rate needs at least two samples in its window, even when one scrape is lost or late. */
export function rateInterval(step: number, scrapeInterval: number): number {
  return Math.max(step + scrapeInterval, 4 * scrapeInterval);
}

/** The value of an interval variable set to `auto`. */
export function autoInterval(range: FixedRange, count: number, least: string): number {
  return stepFor(range, count, parseDuration(least) ?? 0);
}
