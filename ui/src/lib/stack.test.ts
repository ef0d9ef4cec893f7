import { expect, it } from 'vitest';
import { groupCounts, stackBar, totals } from './stack';

const bucket = (total: number, by?: Record<string, number>) => ({
  start: '2026-01-31T12:00:00.000Z',
  total,
  ...(by ? { by } : {}),
});

it('places foreign severities and counts the rest as other', () =>
  expect(groupCounts(bucket(10, { info: 3, WARN: 2, FATAL: 1, sev9: 1 }))).toEqual({
    OTHER: 4,
    DEBUG: 0,
    INFO: 3,
    WARNING: 2,
    ERROR: 0,
    CRITICAL: 1,
  }));

it('stacks from the axis up, worst on top', () =>
  expect(stackBar(bucket(30, { ERROR: 10, INFO: 20 }), 2, 1)).toEqual([
    { group: 'INFO', base: 0, height: 40 },
    { group: 'ERROR', base: 40, height: 20 },
  ]));

it('keeps a single error visible on many lines', () =>
  expect(stackBar(bucket(10_002, { INFO: 10_000, WARNING: 1, ERROR: 1 }), 0.01, 1)).toEqual([
    { group: 'INFO', base: 0, height: 100 },
    { group: 'WARNING', base: 100, height: 1 },
    { group: 'ERROR', base: 101, height: 2 },
  ]));

it('draws nothing where nothing is', () => expect(stackBar(bucket(0), 1, 2)).toEqual([]));

it('adds up over buckets', () =>
  expect(totals([bucket(2, { INFO: 2 }), bucket(3, { INFO: 1 })])).toMatchObject({ INFO: 3, OTHER: 2 }));
