import { describe, expect, it } from 'vitest';
import type { Statistics } from '../../lib/chart/statistics';
import { plotData } from './plot/plotData';
import { sortRows } from './legendSort';
import { styledSeries } from './style';
import { tooltipRows } from './tooltipRows';

const series = (...values: (number | null)[][]) =>
  styledSeries(
    { series: values.map((each, index) => ({ name: `s${index}`, labels: {}, values: each })), stack: 'none' },
    'light',
  );

const plain = { left: {}, right: {} };

describe('plotData', () => {
  it('stacks from the top, with a band from each to what it stands on', () => {
    const { data, order, bands } = plotData([0, 1], series([1, 1], [2, 2]), 'normal', plain);
    expect(data).toEqual([
      [0, 1],
      [3, 3],
      [1, 1],
    ]);
    expect(order).toEqual([1, 0]);
    expect(bands).toEqual([{ series: [1, 2], dir: -1 }]);
  });

  it('has no place for zero on a logarithmic axis', () => {
    const log = { left: { scale: 'log10' as const }, right: {} };
    expect(plotData([0, 1, 2], series([0, 10, -1]), 'none', log).data[1]).toEqual([null, 10, null]);
  });
});

describe('styledSeries', () => {
  it('fills what is stacked, and lets a series differ', () => {
    const [first, second] = styledSeries(
      {
        series: [
          { name: 'a', labels: {}, values: [] },
          { name: 'b', labels: {}, values: [], color: 'red', style: { draw: 'bars' } },
        ],
        style: { lineWidth: 3 },
        stack: 'normal',
      },
      'dark',
    );
    expect(first?.style.fillOpacity).toBeGreaterThan(0);
    expect(second).toMatchObject({ color: 'red', style: { draw: 'bars', lineWidth: 3 } });
  });
});

describe('tooltipRows', () => {
  const shown = series([1], [5], [null], [3]);
  const hover = { index: 0, top: 30, positions: [90, 10, null, 40] };
  it('lists what has a value, the largest first, and marks the nearest', () =>
    expect(tooltipRows(shown, hover)).toEqual({
      rows: [
        { index: 1, nearest: false },
        { index: 3, nearest: true },
        { index: 0, nearest: false },
      ],
      more: 0,
    }));
  it('keeps those around the pointer when there are too many', () =>
    expect(tooltipRows(shown, hover, 2)).toEqual({
      rows: [
        { index: 1, nearest: false },
        { index: 3, nearest: true },
      ],
      more: 1,
    }));
});

it('sorts the legend by a figure, with the series that have none at the end', () => {
  const figures = [2, null, 3].map((mean) => ({ mean })) as Statistics[];
  expect(sortRows(figures, { by: 'mean', down: true })).toEqual([2, 0, 1]);
  expect(sortRows(figures, { by: 'mean', down: false })).toEqual([0, 2, 1]);
  expect(sortRows(figures, null)).toEqual([0, 1, 2]);
});
