import { formatInstant } from '../time/format';
import { formatNumber } from './number';
import type { Format } from './scaled';

const SAME_DAY = /^\S+ /;

/** Milliseconds since 1970, in the viewer's zone. */
export const dateTime: Format = (value) =>
  Number.isFinite(value) ? formatInstant(Math.round(value)) : formatNumber(value);

export const dateTimeNoDateIfToday: Format = (value) => {
  const text = dateTime(value);
  return text.slice(0, 10) === formatInstant(Date.now()).slice(0, 10) ? text.replace(SAME_DAY, '') : text;
};

export const dateTimeUs: Format = (value) =>
  Number.isFinite(value)
    ? new Date(value).toLocaleString('en-US', { dateStyle: 'short', timeStyle: 'medium' })
    : formatNumber(value);

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `3 minutes ago`, `in 2 days`. */
export function dateTimeFromNow(value: number, now = Date.now()): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const away = value - now;
  const [unit, size] = STEPS.find(([, each]) => Math.abs(away) >= each) ?? ['second', 1_000];
  return relative.format(Math.round(away / size), unit);
}
