import type { RangeSeries } from '../../../api/prometheusTypes';
import type { ChartSeries } from '../../../components/charts/types';
import { align } from '../../../lib/chart/align';
import { rowLetter } from '../../../lib/promql/rowLetter';
import { seriesName, shortNames } from '../../../lib/promql/seriesName';
import { unitOf } from '../../../lib/promql/unitOf';

/** More lines than this nobody tells apart, and the browser begins to lag. */
export const DRAWN_AT_FIRST = 200;
/** What is drawn on request. */
export const DRAWN_AT_MOST = 2_000;

export interface GraphRow {
  index: number;
  expr: string;
  result: readonly RangeSeries[];
}

export interface Graph {
  x: number[];
  series: ChartSeries[];
  /** All that the server gave, drawn or not. */
  total: number;
  /** The labels that every series of the only row has; names leave them out. */
  shared: Record<string, string>;
  unit: string | undefined;
}

/** Puts the answers of all rows on one grid, each series under a name that tells it from the others. */
export function graphOf(
  rows: readonly GraphRow[],
  { start, end, step }: { start: number; end: number; step: number },
  most: number,
): Graph {
  const several = rows.length > 1;
  const units = new Set(rows.map(({ expr }) => unitOf(expr)));
  const graph: Graph = {
    x: align([], start, end, step).x,
    series: [],
    total: rows.reduce((sum, { result }) => sum + result.length, 0),
    shared: {},
    unit: units.size === 1 ? [...units][0] : undefined,
  };
  for (const { index, expr, result } of rows) {
    const drawn = result.slice(0, most - graph.series.length);
    const { names, shared } = shortNames(result.map(({ metric }) => metric));
    if (!several) graph.shared = shared;
    const { values } = align(drawn, start, end, step);
    drawn.forEach(({ metric }, at) => {
      // What has no labels is best told by what was asked.
      const plain = Object.keys(metric).length === 0 ? expr : (names[at] ?? seriesName(metric));
      const name = several ? `${rowLetter(index)}: ${plain}` : plain;
      graph.series.push({ name, labels: metric, values: values[at] ?? [] });
    });
  }
  return graph;
}
