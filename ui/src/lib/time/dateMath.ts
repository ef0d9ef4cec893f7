/** Date math of the query API: `now`, `now-15m`, `now/d`, or an ISO 8601 instant, in UTC. */

const UNIT_MS: Partial<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const STEP = /([+-])(\d+)([smhdw])|\/([smhdw])/y;

/** The instant in milliseconds, or null when the text is neither date math nor a date. */
export function parseDateMath(text: string, now: number): number | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('now')) return parseInstant(trimmed);
  let at = now;
  let position = 'now'.length;
  while (position < trimmed.length) {
    STEP.lastIndex = position;
    const match = STEP.exec(trimmed);
    if (!match) return null;
    at = match[4] === undefined ? shift(at, match) : floor(at, match[4]);
    position = STEP.lastIndex;
  }
  return at;
}

export function isRelative(text: string): boolean {
  return text.trim().startsWith('now');
}

function parseInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function shift(at: number, match: RegExpExecArray): number {
  const amount = Number(match[2]) * (UNIT_MS[match[3] ?? ''] ?? 0);
  return match[1] === '-' ? at - amount : at + amount;
}

function floor(at: number, unit: string): number {
  // 1970-01-01 was a Thursday; weeks start on Monday.
  const origin = unit === 'w' ? -3 * 86_400_000 : 0;
  const size = UNIT_MS[unit] ?? 1;
  return Math.floor((at - origin) / size) * size + origin;
}
