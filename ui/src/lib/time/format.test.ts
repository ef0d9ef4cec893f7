import { expect, it } from 'vitest';
import { timeLabels } from './axis';
import { formatAge, formatDuration, formatInstant, formatInterval, formatTimestamp } from './format';

it('formats instants in the viewer’s zone', () => {
  expect(formatTimestamp(Date.parse('2026-07-01T10:00:00.05Z'))).toBe('2026-07-01 12:00:00.050');
  expect(formatInstant(Date.parse('2026-01-01T10:00:00Z'))).toBe('2026-01-01 11:00:00');
});

it.each([
  [0, '0 ms'],
  [340, '340 ms'],
  [2_345, '2.3 s'],
  [45_000, '45 s'],
  [245_000, '4m 05s'],
  [11_520_000, '3h 12m'],
  [187_200_000, '2d 4h'],
])('formats %i ms as a duration', (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [500, '500 ms'],
  [15_000, '15 s'],
  [1_800_000, '30 min'],
  [10_800_000, '3 h'],
  [604_800_000, '7 d'],
])('formats %i ms as a bar’s width', (ms, text) => expect(formatInterval(ms)).toBe(text));

it('never shows an age below zero', () => {
  expect(formatAge(-500)).toBe('0s');
  expect(formatAge(12_900)).toBe('12s');
});

it('labels a time axis as shortly as its ticks allow', () => {
  const midnight = Date.parse('2025-12-31T23:00:00Z');
  expect(timeLabels([midnight - 3_600_000, midnight, midnight + 3_600_000])).toEqual([
    '23:00',
    expect.stringMatching(/^Jan 1/),
    '01:00',
  ]);
  expect(timeLabels([midnight + 1_000, midnight + 2_000])).toEqual(['00:00:01', '00:00:02']);
  expect(timeLabels([midnight + 500, midnight + 600])).toEqual(['00:00:00.500', '00:00:00.600']);
});
