import type { PrometheusClient } from '@prometheus-io/codemirror-promql';
import { EqlRegex, EqlSingle, Neq, NeqRegex } from '@prometheus-io/lezer-promql';
import { labelNames, labelValues, metadata, series } from '../../../../api/prometheus';
import { quote } from '../../../../lib/promql/seriesName';
import { queryClient } from '../../../../state/queryClient';

/** What is offered need not be of this second; a metric that has just appeared shows soon. */
const FRESH_MS = 30_000;
/** How far back names are looked for: what is gone for long helps nobody. */
const LOOK_BACK_MS = 12 * 3_600_000;
/** More than these cannot be searched by eye, and slow the typing down. */
const MOST_VALUES = 10_000;

type Matchers = Parameters<PrometheusClient['labelValues']>[2];

/** The names and values that the PromQL editor completes, asked once and kept for a while. */
export const completionClient: PrometheusClient = {
  labelNames: (metric) => cached(['labels', metric], () => labelNames(scope(metric)), []),
  labelValues: (label, metric, matchers) => valuesOf(label, metric, matchers),
  metricMetadata: () => cached(['metadata'], () => metadata(), {}),
  metricNames: () => valuesOf('__name__'),
  series: (metric, matchers, label) =>
    cached(
      ['series', metric, label, matcherText(matchers)],
      async () => (await series(scope(metric, matchers))).map((labels) => new Map(Object.entries(labels))),
      [],
    ),
  flags: () => Promise.resolve({}),
};

function valuesOf(label: string, metric?: string, matchers?: Matchers): Promise<string[]> {
  const key = ['values', label, metric, matcherText(matchers)];
  return cached(key, () => labelValues(label, { ...scope(metric, matchers), limit: MOST_VALUES }), []);
}

/** An editor that cannot complete is still an editor: what fails offers nothing. */
async function cached<T>(key: readonly unknown[], ask: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await queryClient.query({
      queryKey: ['promql', ...key],
      queryFn: ask,
      staleTime: FRESH_MS,
      retry: false,
    });
  } catch {
    return nothing;
  }
}

function scope(metric?: string, matchers?: Matchers) {
  const end = Date.now();
  const selector = selectorOf(metric, matchers);
  return { start: end - LOOK_BACK_MS, end, ...(selector !== null && { match: [selector] }) };
}

function selectorOf(metric: string | undefined, matchers: Matchers): string | null {
  const parts = metric ? [`__name__=${quote(metric)}`] : [];
  const all = [...parts, ...(matchers ?? []).filter((each) => !each.matchesEmpty()).map(matcherOf)];
  return all.length === 0 ? null : `{${all.join(',')}}`;
}

function matcherText(matchers: Matchers): string {
  return (matchers ?? []).map(matcherOf).join(',');
}

function matcherOf(matcher: NonNullable<Matchers>[number]): string {
  return `${matcher.name}${OPERATORS[matcher.type] ?? '='}${quote(matcher.value)}`;
}

const OPERATORS: Partial<Record<number, string>> = {
  [EqlSingle]: '=',
  [Neq]: '!=',
  [EqlRegex]: '=~',
  [NeqRegex]: '!~',
};
