import { describe, expect, it } from 'vitest';
import { bars, barsWithin } from './bars';

describe('the bars of a sparkline', () => {
  it('are the counts when there is room', () => {
    expect(bars([1, 0, 2], 30)).toEqual({ counts: [1, 0, 2], each: 1 });
  });

  it('lose no error when there is none', () => {
    expect(bars([1, 2, 3, 4, 5], 2)).toEqual({ counts: [3, 12], each: 3 });
    expect(bars([1, 2, 3, 4, 5], 0).counts).toEqual([]);
    expect(bars([], 5).counts).toEqual([]);
  });

  it('are wider than an hour when a week of hours does not fit', () => {
    const week = barsWithin(Array<number>(169).fill(1), 320);
    expect(week.each).toBe(3);
    expect(week.counts).toHaveLength(57);
  });
});
