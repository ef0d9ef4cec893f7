import { expect, it } from 'vitest';
import { agentMetricsLink, agentsMetricsLink } from './agentMetrics';
import { parseMetricsState } from './metricsUrl';

const state = (link: string) => parseMetricsState(link.slice('/metrics'.length));

it('asks for all that an agent exposes, its name quoted', () =>
  expect(state(agentMetricsLink('a"b')).queries[0]?.expr).toBe('{agent="a\\"b"} or {agent_name="a\\"b"}'));

it('asks about several agents around a span, their names taken literally', () => {
  const start = Date.parse('2026-01-31T12:00:00Z');
  const { queries, range } = state(agentsMetricsLink(['writer', 'r.2'], start, start + 60_000));
  expect(queries[0]?.expr).toBe('sum by (agent) (active_tasks{agent=~"writer|r\\\\.2"})');
  expect(queries).toHaveLength(3);
  expect(range).toEqual({ from: '2026-01-31T11:55:00.000Z', to: '2026-01-31T12:06:00.000Z' });
});
