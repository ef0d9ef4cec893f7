import { parseDuration } from './duration';

/** How densely a range is evaluated: a choice that follows the range, or a step in milliseconds. */
export type Resolution = 'coarse' | 'auto' | 'fine' | number;

const POINTS: Record<Exclude<Resolution, number>, number> = { coarse: 80, auto: 250, fine: 1_000 };

/** What Prometheus refuses to exceed for one series. */
export const MAX_POINTS = 11_000;

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

/** Steps that divide minutes, hours and days, so that points fall on times that people read easily. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((each) => each * S),
  ...[1, 2, 5, 10, 15, 20, 30].map((each) => each * M),
  ...[1, 2, 3, 4, 6, 8, 12].map((each) => each * H),
  ...[1, 2, 5, 7, 14, 30].map((each) => each * D),
];

/** The step for a span of milliseconds; never one that the server would refuse. */
export function chooseStep(span: number, resolution: Resolution): number {
  if (typeof resolution === 'number') return Math.max(resolution, leastStep(span, MAX_POINTS));
  return leastStep(span, POINTS[resolution]);
}

function leastStep(span: number, points: number): number {
  const least = span / points;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / D) * D;
}

export function parseResolution(text: string | null): Resolution {
  if (text === 'coarse' || text === 'fine') return text;
  const step = text === null ? null : parseDuration(text);
  return step !== null && step > 0 ? step : 'auto';
}

/** Both ends on multiples of the step: the points of one refresh are then those of the next. */
export function alignSpan(from: number, to: number, step: number): { start: number; end: number } {
  return { start: Math.floor(from / step) * step, end: Math.floor(to / step) * step };
}
