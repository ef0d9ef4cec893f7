import type { LabelSet } from '../../api/prometheusTypes';

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A series in PromQL's own writing, names that need quotes included: `up{job="a"}`, `{"my.metric", job="a"}`. */
export function seriesName(labels: LabelSet): string {
  const { __name__: metric, ...rest } = labels;
  const matchers = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${LABEL.test(name) ? name : quote(name)}=${quote(value)}`);
  if (metric === undefined) return `{${matchers.join(', ')}}`;
  if (!METRIC.test(metric)) return `{${[quote(metric), ...matchers].join(', ')}}`;
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(', ')}}`;
}

/** A string of PromQL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/**
 * Names that tell series apart without what they all share; what is shared is given once. A single series
 * keeps its full name.
 */
export function shortNames(series: readonly LabelSet[]): { names: string[]; shared: LabelSet } {
  const first = series[0];
  if (first === undefined || series.length === 1) return { names: series.map(seriesName), shared: {} };
  const shared = Object.fromEntries(
    Object.entries(first).filter(([name, value]) => series.every((each) => each[name] === value)),
  );
  const names = series.map((labels) =>
    seriesName(Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in shared)))),
  );
  return { names, shared };
}
