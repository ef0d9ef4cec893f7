import { formatPromDuration } from './promql/duration';
import { parseResolution, type Resolution } from './promql/step';
import { parseDateMath } from './time/dateMath';
import { REFRESH_CHOICES } from './time/refresh';
import { sameRange, type TimeRange } from './time/range';

export interface QueryEntry {
  expr: string;
  /** Switched off, a query stays in its row and is not asked. */
  on: boolean;
}

export const VIEWS = ['graph', 'table'] as const;
export type MetricsViewKind = (typeof VIEWS)[number];

/** Everything that makes one view of the metrics page; all of it lives in the URL. */
export interface MetricsState {
  /** At least one, which may be empty. */
  queries: QueryEntry[];
  range: TimeRange;
  /** Seconds between automatic refreshes; 0 means off. */
  refresh: number;
  resolution: Resolution;
  view: MetricsViewKind;
  stacked: boolean;
  exemplars: boolean;
  /** The points of the graph as a table below it. */
  points: boolean;
}

export const DEFAULT_METRICS_RANGE: TimeRange = { from: 'now-1h', to: 'now' };

export function parseMetricsState(search: string): MetricsState {
  const params = new URLSearchParams(search);
  const off = new Set((params.get('off') ?? '').split(',').filter(Boolean).map(Number));
  const queries = params.getAll('q').map((expr, index) => ({ expr, on: !off.has(index) }));
  const refresh = Number(params.get('refresh'));
  return {
    queries: queries.length > 0 ? queries : [{ expr: '', on: true }],
    range: parseClosedRange(params),
    refresh: REFRESH_CHOICES.includes(refresh) ? refresh : 0,
    resolution: parseResolution(params.get('step')),
    view: VIEWS.find((view) => view === params.get('tab')) ?? 'graph',
    stacked: params.get('stack') === '1',
    exemplars: params.get('exemplars') === '1',
    points: params.get('points') === '1',
  };
}

export function formatMetricsState(state: MetricsState): string {
  const params = new URLSearchParams();
  const blank = state.queries.length === 1 && state.queries[0]?.expr === '';
  for (const { expr } of blank ? [] : state.queries) params.append('q', expr);
  const off = state.queries.flatMap(({ on }, index) => (on ? [] : [index]));
  if (off.length > 0) params.set('off', off.join(','));
  if (!sameRange(state.range, DEFAULT_METRICS_RANGE)) {
    params.set('from', state.range.from);
    params.set('to', state.range.to);
  }
  if (state.refresh > 0) params.set('refresh', String(state.refresh));
  if (state.resolution !== 'auto') params.set('step', formatResolution(state.resolution));
  if (state.view !== 'graph') params.set('tab', state.view);
  if (state.stacked) params.set('stack', '1');
  if (state.exemplars) params.set('exemplars', '1');
  if (state.points) params.set('points', '1');
  return params.toString();
}

/** A link to the metrics page from elsewhere; what is not given has its default. */
export function metricsLink(expr: string | readonly string[], patch: Partial<MetricsState> = {}): string {
  const queries = (typeof expr === 'string' ? [expr] : expr).map((each) => ({ expr: each, on: true }));
  const search = formatMetricsState({ ...parseMetricsState(''), queries, ...patch });
  return search === '' ? '/metrics' : `/metrics?${search}`;
}

export function formatResolution(resolution: Resolution): string {
  return typeof resolution === 'number' ? formatPromDuration(resolution) : resolution;
}

/** Points are computed along the range: without two ends that mean something it is the default one. */
function parseClosedRange(params: URLSearchParams): TimeRange {
  const range = { from: params.get('from') ?? '', to: params.get('to') ?? 'now' };
  const now = Date.now();
  const from = parseDateMath(range.from, now);
  const to = parseDateMath(range.to, now);
  return from !== null && to !== null && from < to ? range : DEFAULT_METRICS_RANGE;
}
