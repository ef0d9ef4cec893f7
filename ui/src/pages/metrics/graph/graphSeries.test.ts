import { describe, expect, it } from 'vitest';
import { rowLetter } from '../../../lib/promql/rowLetter';
import { graphOf } from './graphSeries';

const GRID = { start: 0, end: 10_000, step: 5_000 };

function row(index: number, expr: string, ...labels: Record<string, string>[]) {
  return {
    index,
    expr,
    result: labels.map((metric) => ({ metric, values: [[5, '1'] as [number, string]] })),
  };
}

describe('graphOf', () => {
  it('names the series of one row by what tells them apart', () => {
    const graph = graphOf(
      [row(0, 'up', { __name__: 'up', job: 'a' }, { __name__: 'up', job: 'b' })],
      GRID,
      10,
    );
    expect(graph.series.map(({ name }) => name)).toEqual(['{job="a"}', '{job="b"}']);
    expect(graph.shared).toEqual({ __name__: 'up' });
    expect(graph.series[0]?.values).toEqual([null, 1, null]);
  });

  it('puts the row’s letter before the names when there are several', () => {
    const graph = graphOf([row(0, 'sum(up)', {}), row(2, 'up', { __name__: 'up' })], GRID, 10);
    expect(graph.series.map(({ name }) => name)).toEqual(['A: sum(up)', 'C: up']);
  });

  it('draws no more than it is told and says how many there are', () => {
    const rows = [row(0, 'a', { i: '1' }, { i: '2' }), row(1, 'b', { i: '1' }, { i: '2' })];
    const graph = graphOf(rows, GRID, 3);
    expect(graph.series.map(({ name }) => name)).toEqual(['A: {i="1"}', 'A: {i="2"}', 'B: {i="1"}']);
    expect(graph.total).toBe(4);
  });

  it('has a unit only when all rows agree on it', () => {
    expect(graphOf([row(0, 'a_bytes'), row(1, 'b_bytes')], GRID, 10).unit).toBe('bytes');
    expect(graphOf([row(0, 'a_bytes'), row(1, 'up')], GRID, 10).unit).toBeUndefined();
  });
});

it('letters rows beyond the alphabet', () =>
  expect([0, 25, 26, 52].map(rowLetter)).toEqual(['A', 'Z', 'AA', 'BA']));
