import { describe, expect, it } from 'vitest';
import { align } from './align';
import { stackBases, stackValues } from './stackValues';
import { statistics } from './statistics';

describe('align', () => {
  it('puts samples on the grid and leaves gaps', () => {
    const values: [number, string][] = [
      [10, '1'],
      [20.001, '2'],
      [40, 'NaN'],
      [50, '+Inf'],
    ];
    expect(align([{ metric: {}, values }], 10_000, 50_000, 10_000)).toEqual({
      x: [10_000, 20_000, 30_000, 40_000, 50_000],
      values: [[1, 2, null, null, null]],
    });
  });
  it('draws the average of native histograms', () => {
    const histograms: [number, { count: string; sum: string }][] = [
      [10, { count: '4', sum: '2' }],
      [20, { count: '0', sum: '0' }],
    ];
    expect(align([{ metric: {}, histograms }], 10_000, 20_000, 10_000).values).toEqual([[0.5, null]]);
  });
});

describe('statistics', () => {
  it('skips gaps', () =>
    expect(statistics([null, 3, 1, null, 2, null])).toEqual({
      last: 2,
      min: 1,
      max: 3,
      mean: 2,
      sum: 6,
      count: 3,
    }));
  it('has no figures for gaps alone', () => expect(statistics([null]).mean).toBeNull());
});

describe('stackValues', () => {
  it('adds up, over gaps too', () =>
    expect(
      stackValues(
        [
          [1, 1, null],
          [2, null, null],
          [3, 3, null],
        ],
        'normal',
      ),
    ).toEqual([
      [1, 1, null],
      [3, 1, null],
      [6, 4, null],
    ]));
  it('stacks negative series downwards', () => {
    const series = [[1], [-2], [3], [-4]];
    expect(stackValues(series, 'normal')).toEqual([[1], [-2], [4], [-6]]);
    expect(stackBases(series)).toEqual([null, null, 0, 1]);
  });
  it('gives parts of the whole', () =>
    expect(
      stackValues(
        [
          [1, 0],
          [3, 0],
        ],
        'percent',
      ),
    ).toEqual([
      [0.25, 0],
      [1, 0],
    ]));
});
