import { useComputedColorScheme } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Journey } from '../../api/journeys';
import { queryRange } from '../../api/prometheus';
import type { RangeSeries } from '../../api/prometheusTypes';
import { TimeSeriesChart } from '../../components/charts/TimeSeriesChart';
import type { TimeSpan } from '../../components/charts/types';
import { align } from '../../lib/chart/align';
import { agentMetrics, metricSpan, type AgentMetric } from '../../lib/journey/metrics';
import { alignSpan, chooseStep } from '../../lib/promql/step';
import classes from './Journey.module.css';

/** Agents of one journey whose metrics are asked for; more lines nobody tells apart. */
const MOST_AGENTS = 20;

interface AgentMetricsProps {
  journey: Journey;
  /** Of the agents' lanes: a line has the colour that its agent has above. */
  colors: ReadonlyMap<string, number>;
}

/** The involved agents' metrics over the same span; nothing where there are none. */
export function AgentMetrics({ journey, colors }: AgentMetricsProps) {
  const { agents, started_at, ended_at } = journey;
  const names = agents.slice(0, MOST_AGENTS).map(({ name }) => name);
  const metrics = agentMetrics(names);
  const marked = useMemo(
    () => ({ from: Date.parse(started_at), to: Date.parse(ended_at) }),
    [started_at, ended_at],
  );
  const { from, to } = metricSpan(marked.from, marked.to);
  const step = chooseStep(to - from, 'coarse');
  const grid = { ...alignSpan(from, to, step), step };
  const answers = useQueries({
    queries: metrics.map(({ expr }) => ({
      queryKey: ['journey-metrics', expr, grid.start, grid.end, step],
      queryFn: ({ signal }: { signal: AbortSignal }) => queryRange({ query: expr, ...grid }, signal),
      // Beside the journey they are an extra: without a metric store there are none.
      retry: false,
      enabled: names.length > 0,
    })),
  });
  const found = metrics.flatMap((metric, index) => {
    const result = answers[index]?.data?.data.result ?? [];
    return result.length > 0 ? [{ metric, result }] : [];
  });
  if (found.length === 0) return null;
  return (
    <section className={classes.metrics} aria-label="Metrics of the agents">
      {found.map(({ metric, result }) => (
        <MetricChart
          key={metric.title}
          metric={metric}
          result={result}
          grid={grid}
          marked={marked}
          colors={colors}
        />
      ))}
    </section>
  );
}

interface MetricChartProps {
  metric: AgentMetric;
  result: readonly RangeSeries[];
  grid: { start: number; end: number; step: number };
  /** When the journey was. */
  marked: TimeSpan;
  colors: ReadonlyMap<string, number>;
}

function MetricChart({ metric, result, grid: { start, end, step }, marked, colors }: MetricChartProps) {
  const scheme = useComputedColorScheme();
  const { x, series } = useMemo(() => {
    const aligned = align(result, start, end, step);
    const named = result.map(({ metric: labels }, index) => ({
      name: labels.agent ?? 'agents',
      labels,
      color: canvasColor(colors.get(labels.agent ?? ''), scheme),
      values: aligned.values[index] ?? [],
    }));
    return { x: aligned.x, series: named };
  }, [result, start, end, step, colors, scheme]);
  return (
    <figure className={classes.metric}>
      <figcaption>{metric.title}</figcaption>
      <div className={classes.chart}>
        <TimeSeriesChart
          label={`${metric.title} of the agents`}
          x={x}
          series={series}
          span={{ from: start, to: end }}
          marked={marked}
          left={{ unit: metric.unit, min: 0 }}
          syncKey="journey"
        />
      </div>
    </figure>
  );
}

/** A lane's colour as a canvas understands it; the scheme is named because the variables change with it. */
function canvasColor(lane: number | undefined, scheme: 'light' | 'dark'): string {
  const root = document.querySelector(`[data-mantine-color-scheme='${scheme}']`) ?? document.documentElement;
  return getComputedStyle(root)
    .getPropertyValue(`--lane-${lane ?? 0}`)
    .trim();
}
