import { describe, expect, it } from 'vitest';
import { histogramBars } from './histogramBars';
import { instantRows, sortInstants } from './instantRows';

describe('instantRows', () => {
  it('has one row for a scalar', () =>
    expect(instantRows({ resultType: 'scalar', result: [1, '4.5'] })).toEqual([
      { labels: {}, values: [{ text: '4.5' }], order: 4.5 },
    ]));

  it('gives the samples of a range with their instants', () =>
    expect(
      instantRows({ resultType: 'matrix', result: [{ metric: { a: 'b' }, values: [[1.5, '2']] }] }),
    ).toEqual([{ labels: { a: 'b' }, values: [{ text: '2', at: 1_500 }], order: 2 }]));

  it('keeps native histograms, sorted by their count', () => {
    const value = { count: '7', sum: '3.5', buckets: [] };
    expect(instantRows({ resultType: 'vector', result: [{ metric: {}, histogram: [1, value] }] })).toEqual([
      { labels: {}, values: [], histogram: value, order: 7 },
    ]);
  });
});

it('sorts by value, with what is no number at the end', () => {
  const rows = instantRows({
    resultType: 'vector',
    result: ['2', 'NaN', '+Inf', '-1'].map((text) => ({ metric: {}, value: [0, text] })),
  });
  const texts = (sort: 'up' | 'down') => sortInstants(rows, sort).map(({ values }) => values[0]?.text);
  expect(texts('up')).toEqual(['-1', '2', '+Inf', 'NaN']);
  expect(texts('down')).toEqual(['+Inf', '2', '-1', 'NaN']);
});

it('draws buckets with the ends that belong to them', () =>
  expect(
    histogramBars({
      count: '6',
      sum: '1',
      buckets: [
        [3, '-0.001', '0.001', '2'],
        [0, '0.7071067811865475', '1', '4'],
      ],
    }),
  ).toEqual([
    { range: '[-0.001, 0.001]', count: '2', share: 0.5 },
    { range: '(0.7071, 1]', count: '4', share: 1 },
  ]));
