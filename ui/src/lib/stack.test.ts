import { expect, it } from 'vitest';
import { groupCounts, STACK_ORDER, stackedHeights, totals } from './stack';

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

it('stacks to the bucket’s total', () => {
  const buckets = [bucket(6, { INFO: 4, ERROR: 2 }), bucket(3)];
  const heights = stackedHeights(buckets);
  expect(heights).toHaveLength(STACK_ORDER.length);
  expect(heights.at(-1)).toEqual([6, 3]);
  expect(heights[0]).toEqual([0, 3]);
});

it('adds up over buckets', () =>
  expect(totals([bucket(2, { INFO: 2 }), bucket(3, { INFO: 1 })])).toMatchObject({ INFO: 3, OTHER: 2 }));
