import { dateTime, dateTimeFromNow, dateTimeNoDateIfToday, dateTimeUs } from './date';
import { clockDuration, duration } from './duration';
import { formatNumber } from './number';
import { iec, perTime, scaled, short, si, suffixed, type Format } from './scaled';

/** Grafana's unit ids and how each is written. */
const UNITS: Partial<Record<string, Format>> = {
  none: formatNumber,
  string: (value) => String(value),
  short: short(),
  sishort: si('', 0, true),
  sci: (value, decimals) =>
    Number.isFinite(value) ? value.toExponential(decimals ?? 2) : formatNumber(value),
  locale: (value, decimals) =>
    value.toLocaleString('en-US', decimals === undefined ? {} : { maximumFractionDigits: decimals }),
  hex: (value) => Math.round(value).toString(16).toUpperCase(),
  hex0x: (value) => `0x${Math.round(value).toString(16).toUpperCase()}`,
  percent: suffixed('%'),
  percentunit: (value, decimals) => suffixed('%')(value * 100, decimals),
  humidity: suffixed('%H'),
  dB: suffixed('dB'),
  ppm: suffixed('ppm'),

  bytes: iec('B'),
  kbytes: iec('B', 1),
  mbytes: iec('B', 2),
  gbytes: iec('B', 3),
  bits: iec('b'),
  decbytes: si('B'),
  deckbytes: si('B', 1),
  decmbytes: si('B', 2),
  decgbytes: si('B', 3),
  decbits: si('b'),
  Bps: si('B/s'),
  binBps: iec('B/s'),
  bps: si('b/s'),
  binbps: iec('b/s'),
  KBs: si('B/s', 1),
  MBs: si('B/s', 2),
  GBs: si('B/s', 3),
  KiBs: iec('B/s', 1),
  MiBs: iec('B/s', 2),
  GiBs: iec('B/s', 3),
  pps: si('p/s'),

  ns: duration(1e-9),
  µs: duration(1e-6),
  ms: duration(1e-3),
  s: duration(1),
  m: duration(60),
  h: duration(3_600),
  d: duration(86_400),
  dtdurations: clockDuration,
  dtdurationms: (value) => clockDuration(value / 1_000),
  dthms: clockDuration,
  clocks: clockDuration,
  clockms: (value) => clockDuration(value / 1_000),

  ops: perTime('ops/s'),
  reqps: perTime('req/s'),
  rps: perTime('rd/s'),
  wps: perTime('wr/s'),
  iops: perTime('io/s'),
  cps: perTime('c/s'),
  eps: perTime('evt/s'),
  mps: perTime('msg/s'),
  opm: perTime('ops/min'),
  rpm: perTime('rd/min'),
  wpm: perTime('wr/min'),
  cpm: perTime('c/min'),
  reqpm: perTime('req/min'),

  hertz: si('Hz', 0, true),
  rotrpm: suffixed('rpm'),
  celsius: suffixed('°C'),
  fahrenheit: suffixed('°F'),
  kelvin: suffixed('K'),
  watt: si('W', 0, true),
  kwatt: si('W', 1, true),
  volt: si('V', 0, true),
  amp: si('A', 0, true),
  joule: si('J', 0, true),
  lengthm: si('m', 0, true),
  currencyUSD: currency('$'),
  currencyEUR: currency('€'),
  currencyGBP: currency('£'),

  bool: (value) => (value === 0 ? 'False' : 'True'),
  bool_yes_no: (value) => (value === 0 ? 'No' : 'Yes'),
  bool_on_off: (value) => (value === 0 ? 'Off' : 'On'),

  dateTimeAsIso: dateTime,
  dateTimeAsIsoNoDateIfToday: dateTimeNoDateIfToday,
  dateTimeAsLocal: dateTime,
  dateTimeAsLocalNoDateIfToday: dateTimeNoDateIfToday,
  dateTimeAsSystem: dateTime,
  dateTimeAsUS: dateTimeUs,
  dateTimeAsUSNoDateIfToday: dateTimeUs,
  dateTimeFromNow: (value) => dateTimeFromNow(value),
};

/** Ids that carry their own text, such as `suffix:tokens` or `si:W`. */
const CUSTOM: Partial<Record<string, (text: string) => Format>> = {
  suffix: suffixed,
  prefix: (text) => (value, decimals) => text + formatNumber(value, decimals),
  si: (text) => si(text, 0, true),
  count: (text) => short(text),
  currency,
  time: () => dateTime,
};

/** How values of a Grafana unit are written; a unit that nobody knows stands behind the number as it is. */
export function unitFormat(unit: string | undefined): Format {
  if (unit === undefined || unit === '') return short();
  const known = UNITS[unit];
  if (known) return known;
  const colon = unit.indexOf(':');
  const custom = colon > 0 ? CUSTOM[unit.slice(0, colon)] : undefined;
  return custom?.(unit.slice(colon + 1)) ?? suffixed(unit);
}

/** A value with its unit; null is what has no value. */
export function formatValue(value: number | null, unit?: string, decimals?: number): string {
  return value === null ? '–' : unitFormat(unit)(value, decimals);
}

/** Whether the ticks of an axis should be round in powers of 1024 instead of powers of ten. */
export function isBinaryUnit(unit: string | undefined): boolean {
  return /^(bytes|kbytes|mbytes|gbytes|bits|binBps|binbps|KiBs|MiBs|GiBs)$/.test(unit ?? '');
}

function currency(symbol: string): Format {
  const amount = scaled(1000, ['', 'K', 'M', 'B', 'T']);
  return (value, decimals) => (value < 0 ? '-' : '') + symbol + amount(Math.abs(value), decimals);
}
