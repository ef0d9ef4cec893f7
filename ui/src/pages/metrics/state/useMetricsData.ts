import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { query, queryExemplars, queryRange } from '../../../api/prometheus';
import type { Answer, ExemplarSeries, MatrixResult, QueryResult } from '../../../api/prometheusTypes';
import { alignSpan, chooseStep } from '../../../lib/promql/step';
import { parseDateMath } from '../../../lib/time/dateMath';
import type { Metrics } from './useMetricsState';

/** What came of one row. */
export interface RowAnswer<T> {
  /** Of the row, from 0. */
  index: number;
  expr: string;
  answer: Answer<T> | undefined;
  error: Error | null;
  /** Being asked; an older answer may be there meanwhile. */
  busy: boolean;
}

export interface Grid {
  from: number;
  to: number;
  start: number;
  end: number;
  step: number;
}

export function useGrid({ state, asOf }: Metrics): Grid {
  const { range, resolution } = state;
  return useMemo(() => {
    const to = parseDateMath(range.to, asOf) ?? asOf;
    const from = parseDateMath(range.from, asOf) ?? to - 3_600_000;
    const step = chooseStep(to - from, resolution);
    return { from, to, step, ...alignSpan(from, to, step) };
  }, [range, resolution, asOf]);
}

export function useRangeAnswers(metrics: Metrics, grid: Grid, enabled: boolean): RowAnswer<MatrixResult>[] {
  const { start, end, step } = grid;
  return useRows(metrics, enabled, {
    key: ['range', start, end, step, metrics.asOf],
    ask: (expr, signal) => queryRange({ query: expr, start, end, step }, signal),
  });
}

export function useInstantAnswers(metrics: Metrics, grid: Grid, enabled: boolean): RowAnswer<QueryResult>[] {
  return useRows(metrics, enabled, {
    key: ['instant', grid.to, metrics.asOf],
    ask: (expr, signal) => query(expr, grid.to, signal),
  });
}

export function useExemplars(metrics: Metrics, grid: Grid, enabled: boolean): RowAnswer<ExemplarSeries[]>[] {
  const { from, to } = grid;
  return useRows(metrics, enabled, {
    key: ['exemplars', from, to, metrics.asOf],
    ask: (expr, signal) => queryExemplars({ query: expr, start: from, end: to }, signal),
  });
}

interface Question<T> {
  key: readonly unknown[];
  ask: (expr: string, signal: AbortSignal) => Promise<Answer<T>>;
}

/** One question a row that is on and not empty; a question that is no longer wanted is cancelled. */
function useRows<T>({ state }: Metrics, enabled: boolean, { key, ask }: Question<T>): RowAnswer<T>[] {
  const rows = state.queries.flatMap(({ expr, on }, index) => (on && expr !== '' ? [{ expr, index }] : []));
  const results = useQueries({
    queries: rows.map(({ expr }) => ({
      queryKey: ['metrics', expr, ...key],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask(expr, signal),
      placeholderData: keepPreviousData,
      // Comparing hundreds of thousands of samples costs more than drawing them.
      structuralSharing: false,
      enabled,
    })),
  });
  return useUnchanged(
    rows.map((row, at) => ({
      ...row,
      answer: results[at]?.data,
      error: results[at]?.error ?? null,
      busy: results[at]?.isFetching ?? false,
    })),
  );
}

/** The list of before as long as its rows hold the same: what is computed from it need not be again. */
function useUnchanged<T extends object>(list: T[]): T[] {
  const [kept, keep] = useState(list);
  const same = kept.length === list.length && kept.every((each, at) => shallowEqual(each, list[at]));
  if (!same) keep(list);
  return same ? kept : list;
}

function shallowEqual<T extends object>(a: T, b: T | undefined): boolean {
  return b !== undefined && Object.entries(a).every(([name, value]) => Object.is(value, b[name as keyof T]));
}
