import { metricsLink } from './metricsUrl';
import { quote } from './promql/seriesName';
import { spanRange } from './time/moveSpan';

/** Before and after what is looked at, to see what it departs from. */
const AROUND_MS = 5 * 60_000;

/** Everything that an agent's targets expose, whichever label names the agent there. */
export function agentMetricsLink(agent: string): string {
  const value = quote(agent);
  return metricsLink(`{agent=${value}} or {agent_name=${value}}`, { view: 'table' });
}

/** What agents worked on, how long it took and what failed, around a span of milliseconds since 1970. */
export function agentsMetricsLink(agents: readonly string[], start: number, end: number): string {
  const selector = `agent=~${quote(agents.map(escapeRegex).join('|'))}`;
  return metricsLink(
    [
      `sum by (agent) (active_tasks{${selector}})`,
      `sum by (agent) (rate(task_latency_seconds_sum{${selector}}[1m])) / sum by (agent) (rate(task_latency_seconds_count{${selector}}[1m]))`,
      `sum by (agent, error_type) (increase(errors_encountered_total{${selector}}[1m])) > 0`,
    ],
    { range: spanRange({ from: start - AROUND_MS, to: end + AROUND_MS }) },
  );
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
