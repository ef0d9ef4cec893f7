import type { HistogramValue, LabelSet, QueryResult } from '../../../api/prometheusTypes';
import { parseValue } from '../../../lib/chart/align';

export interface InstantRow {
  labels: LabelSet;
  /** As Prometheus wrote them, with the instant in milliseconds where it says something. */
  values: { text: string; at?: number }[];
  histogram?: HistogramValue;
  /** What sorting goes by. */
  order: number;
}

/** The lines of the table, whatever kind of value the expression has. */
export function instantRows(data: QueryResult): InstantRow[] {
  if (data.resultType === 'scalar' || data.resultType === 'string') {
    return [{ labels: {}, values: [{ text: data.result[1] }], order: parseValue(data.result[1]) }];
  }
  if (data.resultType === 'vector') {
    return data.result.map(({ metric, value, histogram }) => {
      if (histogram) {
        return { labels: metric, values: [], histogram: histogram[1], order: parseValue(histogram[1].count) };
      }
      const text = value?.[1] ?? '';
      return { labels: metric, values: [{ text }], order: parseValue(text) };
    });
  }
  return data.result.map(({ metric, values = [], histograms = [] }) => {
    const [, last] = histograms.at(-1) ?? [];
    return {
      labels: metric,
      values: values.map(([at, text]) => ({ text, at: Math.round(at * 1_000) })),
      ...(last && { histogram: last }),
      order: parseValue(values.at(-1)?.[1] ?? last?.count ?? ''),
    };
  });
}

export type InstantSort = 'none' | 'down' | 'up';

/** What is no number comes last either way. */
export function sortInstants(rows: readonly InstantRow[], sort: InstantSort): readonly InstantRow[] {
  if (sort === 'none') return rows;
  return [...rows].sort((a, b) => {
    if (Number.isNaN(a.order) || Number.isNaN(b.order))
      return Number(Number.isNaN(a.order)) - Number(Number.isNaN(b.order));
    return sort === 'down' ? b.order - a.order : a.order - b.order;
  });
}
