import { parseDateMath } from '../../time/dateMath';
import { parseDuration } from './duration';
import type { FixedRange } from './interval';

const FALLBACK_MS = 6 * 3_600_000;

/** Both ends as instants. Grafana's `to: now/d` means the end of the day, and months and years are units too. */
export function fixRange(from: string, to: string, now: number): FixedRange {
  const end = parseEnd(to, now, true) ?? now;
  const start = parseEnd(from, now, false) ?? end - FALLBACK_MS;
  return start < end ? { from: start, to: end } : { from: end - FALLBACK_MS, to: end };
}

function parseEnd(text: string, now: number, isEnd: boolean): number | null {
  const trimmed = text.trim();
  if (/^\d{12,}$/.test(trimmed)) return Number(trimmed);
  const calendar = /^now([+-]\d+[My])?(\/[My])?$/.exec(trimmed);
  if (calendar && trimmed !== 'now') return calendarEnd(calendar, now, isEnd);
  const rounded = isEnd ? /^(.*)\/([smhdw])$/.exec(trimmed) : null;
  if (!rounded) return parseDateMath(trimmed, now);
  const start = parseDateMath(trimmed, now);
  return start === null ? null : start + (parseDuration(`1${rounded[2] ?? ''}`) ?? 0) - 1;
}

function calendarEnd([, shift, floor]: RegExpExecArray, now: number, isEnd: boolean): number {
  const date = new Date(now);
  const move = (unit: string, by: number) =>
    unit === 'M'
      ? date.setUTCMonth(date.getUTCMonth() + by)
      : date.setUTCFullYear(date.getUTCFullYear() + by);
  if (shift) move(shift.slice(-1), Number(shift.slice(0, -1)));
  if (!floor) return date.getTime();
  const unit = floor.slice(1);
  date.setUTCHours(0, 0, 0, 0);
  date.setUTCDate(1);
  if (unit === 'y') date.setUTCMonth(0);
  if (!isEnd) return date.getTime();
  move(unit, 1);
  return date.getTime() - 1;
}

/** The range of one panel that looks elsewhere: `timeFrom` is its own length, `timeShift` moves it back. */
export function panelRange(range: FixedRange, timeFrom: string, timeShift: string): FixedRange {
  const length = parseDuration(timeFrom.replace(/^now-/, ''));
  const shift = parseDuration(timeShift) ?? 0;
  const to = range.to - shift;
  return { from: length === null ? range.from - shift : to - length, to };
}
