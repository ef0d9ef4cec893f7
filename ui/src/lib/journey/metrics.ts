import { quote } from '../promql/seriesName';

/** What is worth seeing of agents beside their journey. */
export interface AgentMetric {
  title: string;
  unit: string;
  expr: string;
}

/** Over a span of milliseconds: what agents worked on, how long it took, and what failed. */
export function agentMetrics(agents: readonly string[]): AgentMetric[] {
  const selector = `agent=~${quote(agents.map(escapeRegex).join('|'))}`;
  const rate = (name: string) => `sum by (agent) (rate(${name}{${selector}}[1m]))`;
  return [
    { title: 'Active tasks', unit: 'short', expr: `sum by (agent) (active_tasks{${selector}})` },
    {
      title: 'Task latency',
      unit: 's',
      expr: `${rate('task_latency_seconds_sum')} / ${rate('task_latency_seconds_count')}`,
    },
    {
      title: 'Errors in a minute',
      unit: 'short',
      expr: `sum by (agent) (increase(errors_encountered_total{${selector}}[1m]))`,
    },
  ];
}

/** A journey of seconds is seen against the minutes around it; one of hours against its tenth. */
export function metricSpan(start: number, end: number): { from: number; to: number } {
  const around = Math.max(2 * 60_000, (end - start) / 10);
  return { from: start - around, to: end + around };
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
