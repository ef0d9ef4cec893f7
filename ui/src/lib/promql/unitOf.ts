/** Prometheus names its units in words at the end of a metric's name. */
const SUFFIXES = [
  ['_seconds', 's'],
  ['_milliseconds', 'ms'],
  ['_microseconds', 'µs'],
  ['_nanoseconds', 'ns'],
  ['_bytes', 'bytes'],
  ['_bits', 'bits'],
  ['_ratio', 'percentunit'],
  ['_celsius', 'celsius'],
  ['_hertz', 'hertz'],
  ['_volts', 'volt'],
  ['_amperes', 'amp'],
  ['_joules', 'joule'],
  ['_timestamp_seconds', 'none'],
] as const;

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;
const IN_QUOTES = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
/** What is counted or compared has no unit any more. */
const COUNTS =
  /\b(count|count_over_time|count_values|changes|resets|absent|group)\b|[=!<>]=|\bbool\b|\s[<>/]\s/;
const RATE = /\b(rate|irate|deriv)\b/;

/** The Grafana unit that the values of an expression probably have; undefined when that cannot be told. */
export function unitOf(expr: string): string | undefined {
  const text = expr
    .replace(IN_QUOTES, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '');
  if (COUNTS.test(text)) return undefined;
  const units = new Set<string>();
  for (const name of text.match(NAME) ?? []) {
    const base = name.replace(/_(total|sum|bucket)$/, '');
    const suffix = SUFFIXES.filter(([each]) => base.endsWith(each)).at(-1);
    if (suffix && !name.endsWith('_count')) units.add(suffix[1]);
  }
  const [unit] = units;
  if (units.size !== 1 || unit === undefined) return undefined;
  const quantile = text.includes('histogram_quantile') || text.includes('histogram_avg');
  return RATE.test(text) && !quantile ? ratePerSecond(unit) : unit;
}

/** Bytes a second have a unit of their own; seconds a second are a share, and what else is a plain number. */
function ratePerSecond(unit: string): string | undefined {
  if (unit === 'bytes') return 'binBps';
  if (unit === 'bits') return 'binbps';
  return undefined;
}
