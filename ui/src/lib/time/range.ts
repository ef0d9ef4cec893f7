import { formatInstant } from './format';
import { isRelative, parseDateMath } from './dateMath';

/** What the user chose; both empty means all of time. */
export interface TimeRange {
  from: string;
  to: string;
}

/** The same as fixed instants, so that pages and the histogram of one view speak of the same time. */
export interface ResolvedRange {
  from?: string | undefined;
  to?: string | undefined;
}

export const ALL_TIME: TimeRange = { from: '', to: '' };
export const DEFAULT_RANGE: TimeRange = { from: 'now-15m', to: 'now' };

export const PRESETS: readonly { label: string; range: TimeRange }[] = [
  { label: 'Last 5 minutes', range: { from: 'now-5m', to: 'now' } },
  { label: 'Last 15 minutes', range: { from: 'now-15m', to: 'now' } },
  { label: 'Last 1 hour', range: { from: 'now-1h', to: 'now' } },
  { label: 'Last 4 hours', range: { from: 'now-4h', to: 'now' } },
  { label: 'Last 24 hours', range: { from: 'now-24h', to: 'now' } },
  { label: 'Last 7 days', range: { from: 'now-7d', to: 'now' } },
  { label: 'All time', range: ALL_TIME },
];

export function sameRange(a: TimeRange, b: TimeRange): boolean {
  return a.from === b.from && a.to === b.to;
}

export function resolveRange(range: TimeRange, now: number): ResolvedRange {
  return { from: resolve(range.from, now), to: resolve(range.to, now) };
}

/** Why a typed range cannot be used, or null when it can. */
export function rangeProblem(range: TimeRange, now: number, openEnds = true): string | null {
  if (!openEnds && (range.from === '' || range.to === '')) return 'The range needs a start and an end.';
  const from = range.from === '' ? -Infinity : parseDateMath(range.from, now);
  const to = range.to === '' ? Infinity : parseDateMath(range.to, now);
  if (from === null) return `“${range.from}” is not a time. Try now-30m or 2026-01-31 12:00.`;
  if (to === null) return `“${range.to}” is not a time. Try now or 2026-01-31 12:00.`;
  return from < to ? null : 'The start must be before the end.';
}

export function describeRange(range: TimeRange): string {
  const preset = PRESETS.find((each) => sameRange(each.range, range));
  if (preset) return preset.label;
  return `${describeEnd(range.from, 'beginning')} → ${describeEnd(range.to, 'open')}`;
}

function describeEnd(text: string, empty: string): string {
  if (text === '') return empty;
  if (isRelative(text)) return text;
  const at = parseDateMath(text, 0);
  return at === null ? text : formatInstant(at);
}

function resolve(text: string, now: number): string | undefined {
  if (text === '') return undefined;
  const at = parseDateMath(text, now);
  return at === null ? text : new Date(at).toISOString();
}
