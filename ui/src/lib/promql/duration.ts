/** Durations as Prometheus writes them: `1h30m`, `15s`, `250ms`. */

const UNITS = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const PART = /(\d+)(ms|[ywdhms])/y;

/** Milliseconds, or null when the text is no duration. Plain numbers are seconds. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (trimmed === '') return null;
  let total = 0;
  let position = 0;
  while (position < trimmed.length) {
    PART.lastIndex = position;
    const match = PART.exec(trimmed);
    const size = UNITS.find(([unit]) => unit === match?.[2])?.[1];
    if (!match || size === undefined) return null;
    total += Number(match[1]) * size;
    position = PART.lastIndex;
  }
  return total;
}

/** The shortest exact way; weeks and years are written in days, as nobody thinks of 52 weeks. */
export function formatPromDuration(ms: number): string {
  if (ms <= 0) return '0s';
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, size] of UNITS.slice(2)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest %= size;
  }
  return text;
}
