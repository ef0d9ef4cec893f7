import { flag, number, oneOf, text } from '../model/read';
import type { Target } from '../model/types';
import { parseDuration } from '../time/duration';
import { safeStep, stepFor, type FixedRange } from '../time/interval';
import { extend, stepScope } from '../variables/builtIn';
import { interpolate } from '../variables/interpolate';
import type { Scope } from '../variables/types';

export type PrometheusFormat = 'time_series' | 'table' | 'heatmap';

/** One question to Prometheus, ready to be asked. */
export interface PrometheusRequest {
  refId: string;
  expr: string;
  instant: boolean;
  format: PrometheusFormat;
  legend: string;
  start: number;
  end: number;
  step: number;
}

/** Scrapes are this far apart unless a data source or a panel says otherwise. */
export const DEFAULT_SCRAPE_MS = 15_000;

export interface RequestContext {
  scope: Scope;
  range: FixedRange;
  maxDataPoints: number;
  /** The panel's own least step, as text. */
  interval: string;
}

/** What a target asks: one question, or two when it wants the range and the latest value. Hidden ones ask nothing. */
export function prometheusRequests(target: Target, context: RequestContext): PrometheusRequest[] {
  const { query } = target;
  const source = text(query.expr);
  if (source.trim() === '') return [];
  const { scope, range } = context;
  const step = stepOf(target, context);
  const scrape = leastStep(target, context);
  const full = extend(scope, stepScope(step, scrape));
  const format = oneOf(query.format, ['time_series', 'table', 'heatmap']);
  const shared = {
    refId: target.refId,
    expr: interpolate(source, full, 'prometheus'),
    format,
    legend: interpolate(text(query.legendFormat), full, 'glob'),
  };
  const instant = flag(query.instant);
  const wantsRange = flag(query.range, !instant);
  const aligned = {
    start: Math.floor(range.from / step) * step,
    end: Math.floor(range.to / step) * step,
    step,
  };
  return [
    ...(wantsRange ? [{ ...shared, ...aligned, instant: false }] : []),
    ...(instant ? [{ ...shared, start: range.from, end: range.to, step, instant: true }] : []),
  ];
}

function stepOf(target: Target, context: RequestContext): number {
  const least = leastStep(target, context);
  const factor = number(target.query.intervalFactor) ?? 1;
  const step = stepFor(context.range, context.maxDataPoints, least) * Math.max(1, factor);
  return safeStep(context.range, step);
}

function leastStep(target: Target, { interval, scope }: RequestContext): number {
  const own = interpolate(text(target.query.interval), scope);
  return parseDuration(own) ?? parseDuration(interpolate(interval, scope)) ?? DEFAULT_SCRAPE_MS;
}
