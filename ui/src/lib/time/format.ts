const pad = (value: number, width = 2) => String(value).padStart(width, '0');

function parts(at: number) {
  const date = new Date(at);
  return {
    day: `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
    time: `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`,
    millis: pad(date.getMilliseconds(), 3),
  };
}

/** `2026-01-31 12:00:00.123` in the viewer's zone. */
export function formatTimestamp(at: number): string {
  const { day, time, millis } = parts(at);
  return `${day} ${time}.${millis}`;
}

/** As short as it can be without losing anything: no milliseconds when they are zero. */
export function formatInstant(at: number): string {
  const { day, time, millis } = parts(at);
  return millis === '000' ? `${day} ${time}` : `${day} ${time}.${millis}`;
}

/** `12:00:00.123` */
export function formatClock(at: number): string {
  const { time, millis } = parts(at);
  return `${time}.${millis}`;
}

export function formatIso(iso: string | null | undefined): string {
  if (!iso) return '–';
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : formatTimestamp(at);
}

/** `340 ms`, `2.3 s`, `4m 05s`, `3h 12m`, `2d 4h` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${pad(Math.floor(seconds % 60))}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${pad(minutes % 60)}m`;
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** A bar's width: round by nature, so no zeros behind it. */
export function formatInterval(ms: number): string {
  for (const [unit, size] of INTERVAL_UNITS) {
    if (ms >= size && ms % size === 0) return `${ms / size} ${unit}`;
  }
  return formatDuration(ms);
}

const INTERVAL_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** How long ago, in whole units that do not flicker between decimals while ticking. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1_000);
}

export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
