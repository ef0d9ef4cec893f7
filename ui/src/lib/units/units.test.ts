import { describe, expect, it } from 'vitest';
import { dateTimeFromNow } from './date';
import { autoDecimals } from './number';
import { formatValue, isBinaryUnit } from './units';

describe('formatValue', () => {
  it.each([
    [0, 'short', '0'],
    [999, 'short', '999'],
    [1_000, 'short', '1 K'],
    [1_234_567, 'short', '1.23 Mil'],
    [-2_500, 'short', '-2.50 K'],
    [0.0123, 'short', '0.0123'],
    [12.345, 'none', '12.3'],
    [1e-12, 'none', '1.00e-12'],
    [0, 'bytes', '0 B'],
    [1_023, 'bytes', '1023 B'],
    [1_024, 'bytes', '1 KiB'],
    [1_610_612_736, 'bytes', '1.50 GiB'],
    [3, 'mbytes', '3 MiB'],
    [1_500, 'decbytes', '1.50 kB'],
    [0.5, 'bytes', '0.500 B'],
    [2_000_000, 'bps', '2 Mb/s'],
    [0, 's', '0 s'],
    [0.0003, 's', '300 µs'],
    [0.25, 's', '250 ms'],
    [59, 's', '59 s'],
    [90, 's', '1.50 min'],
    [7_200, 's', '2 hours'],
    [3_600, 's', '1 hour'],
    [1_500, 'ms', '1.50 s'],
    [-90, 's', '-1.50 min'],
    [12, 'percent', '12%'],
    [0.123, 'percentunit', '12.3%'],
    [12.34, 'reqps', '12.3 req/s'],
    [4_200, 'ops', '4.20 K ops/s'],
    [93_784, 'dtdurations', '1d 02:03:04'],
    [21.5, 'celsius', '21.5°C'],
    [-1_250, 'currencyUSD', '-$1.25 K'],
    [1, 'bool_yes_no', 'Yes'],
    [5, 'suffix:tokens', '5 tokens'],
    [0.002, 'si:W', '2 mW'],
    [7, 'parsecs', '7 parsecs'],
    [NaN, 'bytes', 'NaN B'],
    [Infinity, 'short', '+Inf'],
  ])('writes %d %s as %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text));

  it('keeps to the decimals that are asked for', () => {
    expect(formatValue(1_234_567, 'short', 1)).toBe('1.2 Mil');
    expect(formatValue(0.5, 'percentunit', 0)).toBe('50%');
    expect(formatValue(90, 's', 0)).toBe('2 min');
  });

  it('writes instants in the viewer’s zone', () =>
    expect(formatValue(Date.parse('2026-07-01T10:00:00Z'), 'dateTimeAsIso')).toBe('2026-07-01 12:00:00'));

  it('says that there is no value', () => expect(formatValue(null, 's')).toBe('–'));
});

it('tells how far an instant is away', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  expect(dateTimeFromNow(now - 180_000, now)).toBe('3 minutes ago');
  expect(dateTimeFromNow(now + 172_800_000, now)).toBe('in 2 days');
});

it.each([
  [0, 0],
  [5, 0],
  [1.5, 2],
  [123.4, 0],
  [0.00123, 5],
])('gives %d as many as %i decimals', (value, decimals) => expect(autoDecimals(value)).toBe(decimals));

it('knows which units count in 1024', () => {
  expect(isBinaryUnit('bytes')).toBe(true);
  expect(isBinaryUnit('decbytes')).toBe(false);
});
