import { describe, expect, it } from 'vitest';
import { formatStep, parseDuration } from './duration';
import { autoInterval, rateInterval, roundStep, safeStep, stepFor } from './interval';
import { fixRange, panelRange } from './range';

const NOW = Date.parse('2026-03-15T12:34:56Z');
const HOUR = 3_600_000;

describe('durations', () => {
  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['>15s', 15_000],
    ['60', 60_000],
    ['soon', null],
    ['', null],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    [15_000, '15s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [2 * HOUR, '2h'],
    [1_500, '1500ms'],
    [604_800_000, '1w'],
  ])('writes %i as %s', (ms, text) => expect(formatStep(ms)).toBe(text));
});

describe('steps', () => {
  it.each([
    [3, 1],
    [1_200, 1_000],
    [13_000, 15_000],
    [59_000, 60_000],
    [2 * 86_400_000, 86_400_000],
  ])('rounds %i', (raw, round) => expect(roundStep(raw)).toBe(round));

  it('never asks finer than it is scraped', () => {
    const range = { from: 0, to: HOUR };
    expect(stepFor(range, 1_000, 15_000)).toBe(15_000);
    expect(stepFor(range, 60, 15_000)).toBe(60_000);
  });
  it('keeps below what Prometheus gives out', () => {
    const month = { from: 0, to: 30 * 24 * HOUR };
    expect(safeStep(month, 15_000)).toBe(236_000);
    expect(safeStep(month, HOUR)).toBe(HOUR);
  });
  it('makes windows of rates wide enough', () => {
    expect(rateInterval(15_000, 15_000)).toBe(60_000);
    expect(rateInterval(300_000, 15_000)).toBe(315_000);
  });
  it('divides a range', () => expect(autoInterval({ from: 0, to: 24 * HOUR }, 24, '10s')).toBe(HOUR));
});

describe('fixRange', () => {
  const fixed = (from: string, to: string) => {
    const { from: start, to: end } = fixRange(from, to, NOW);
    return [new Date(start).toISOString(), new Date(end).toISOString()];
  };
  it('counts from now', () =>
    expect(fixed('now-1h', 'now')).toEqual(['2026-03-15T11:34:56.000Z', '2026-03-15T12:34:56.000Z']));
  it('takes a rounded end as the end of it', () => {
    expect(fixed('now/d', 'now/d')).toEqual(['2026-03-15T00:00:00.000Z', '2026-03-15T23:59:59.999Z']);
    expect(fixed('now/M', 'now/M')).toEqual(['2026-03-01T00:00:00.000Z', '2026-03-31T23:59:59.999Z']);
  });
  it('reads instants', () => {
    expect(fixed(String(NOW - HOUR), String(NOW))[0]).toBe('2026-03-15T11:34:56.000Z');
    expect(fixed('2026-03-01T00:00:00Z', 'now')[0]).toBe('2026-03-01T00:00:00.000Z');
  });
  it('survives nonsense', () => expect(fixed('x', 'y')).toEqual(fixed('now-6h', 'now')));
});

it('gives panels a time of their own', () => {
  const range = { from: NOW - HOUR, to: NOW };
  expect(panelRange(range, '', '')).toEqual(range);
  expect(panelRange(range, '24h', '')).toEqual({ from: NOW - 24 * HOUR, to: NOW });
  expect(panelRange(range, '', '1d')).toEqual({ from: NOW - 25 * HOUR, to: NOW - 24 * HOUR });
});
