import { describe, expect, it } from 'vitest';
import { bars } from './bars';

describe('the bars of a sparkline', () => {
  it('are the counts when there is room', () => {
    expect(bars([1, 0, 2], 30)).toEqual([1, 0, 2]);
  });

  it('lose no error when there is none', () => {
    expect(bars([1, 2, 3, 4, 5], 2)).toEqual([3, 12]);
    expect(bars([1, 2, 3, 4, 5], 0)).toEqual([]);
    expect(bars([], 5)).toEqual([]);
  });
});
