import { formatNumber } from './number';
import type { Format } from './scaled';

/** Each with the seconds it has, the largest first. */
const LADDER = [
  ['year', 31_536_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['min', 60],
  ['s', 1],
  ['ms', 1e-3],
  ['µs', 1e-6],
  ['ns', 1e-9],
] as const;

const PLURAL: ReadonlySet<string> = new Set(['year', 'week', 'day', 'hour']);

/** A length of time given in units of `seconds`, in the largest unit of which there is at least one. */
export function duration(seconds: number): Format {
  return (value, decimals) => {
    if (!Number.isFinite(value)) return formatNumber(value);
    const own = LADDER.find(([, size]) => size === seconds);
    if (value === 0) return `${formatNumber(0, decimals)} ${own?.[0] ?? 's'}`;
    const total = value * seconds;
    const [unit, size] = LADDER.find(([, each]) => Math.abs(total) >= each * (1 - 1e-9)) ?? ['ns', 1e-9];
    const amount = stable(total / size);
    return `${formatNumber(amount, decimals)} ${PLURAL.has(unit) && amount !== 1 ? `${unit}s` : unit}`;
  };
}

/** `1d 02:03:04` for seconds, as uptimes are shown. */
export function clockDuration(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const total = Math.floor(Math.abs(value));
  const pad = (part: number) => String(part).padStart(2, '0');
  const days = Math.floor(total / 86_400);
  const clock = [Math.floor(total / 3_600) % 24, Math.floor(total / 60) % 60, total % 60].map(pad).join(':');
  return `${value < 0 ? '-' : ''}${days > 0 ? `${days}d ` : ''}${clock}`;
}

/** 0.3 ms in seconds is 0.00029999…: what binary fractions add is not part of the value. */
function stable(value: number): number {
  return Number(value.toPrecision(12));
}
