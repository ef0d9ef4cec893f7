import { formatStep } from '../time/duration';
import { rateInterval, type FixedRange } from '../time/interval';
import { single, type Scope, type VariableValue } from './types';

/** The variables that every query has: its step, its window for rates, and the range of the dashboard. */
export function stepScope(step: number, scrapeInterval: number): [string, VariableValue][] {
  const rate = rateInterval(step, scrapeInterval);
  return [
    ['__interval', single(formatStep(step))],
    ['__interval_ms', single(String(step))],
    ['__rate_interval', single(formatStep(rate))],
    ['__rate_interval_ms', single(String(rate))],
  ];
}

export function rangeScope(range: FixedRange): [string, VariableValue][] {
  const ms = range.to - range.from;
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return [
    ['__range', single(`${seconds}s`)],
    ['__range_s', single(String(seconds))],
    ['__range_ms', single(String(ms))],
    ['__from', single(String(range.from))],
    ['__to', single(String(range.to))],
    ['timeFilter', single(`time >= ${range.from}ms and time <= ${range.to}ms`)],
  ];
}

export function extend(scope: Scope, entries: Iterable<[string, VariableValue]>): Scope {
  return new Map([...scope, ...entries]);
}
