import { expect, it } from 'vitest';
import type { Agent } from '../api/types';
import { agentHealth, byUrgency } from './agentHealth';

const NOW = Date.parse('2026-01-31T12:00:00Z');

const agent = (agent_name: string, status: string, silentSeconds: number | null): Agent => ({
  agent_name,
  agent_type: 'research_agent',
  status,
  last_heartbeat: silentSeconds === null ? null : new Date(NOW - silentSeconds * 1_000).toISOString(),
  ...(status === 'inactive' && { silenced_at: new Date(NOW).toISOString() }),
  capabilities: { skills: [] },
  metadata: {},
  active_tasks: 0,
  completed_tasks: 0,
  failed_tasks: 0,
  ledger: null,
});

it('calls an active agent that is not heard silent', () => {
  expect(agentHealth(agent('a', 'active', 3), NOW)).toBe('active');
  expect(agentHealth(agent('a', 'active', 16), NOW)).toBe('silent');
  expect(agentHealth(agent('a', 'active', null), NOW)).toBe('silent');
  expect(agentHealth(agent('a', 'inactive', 1), NOW)).toBe('inactive');
  expect(agentHealth(agent('a', 'draining', 1), NOW)).toBe('other');
  const left = agent('a', 'inactive', 1);
  delete left.silenced_at;
  expect(agentHealth(left, NOW)).toBe('left');
});

it('puts who just fell silent first and who is long gone last', () => {
  const agents = [
    agent('old', 'inactive', 7_200),
    agent('b', 'active', 1),
    agent('a', 'active', 1),
    agent('late', 'active', 20),
    agent('dead', 'inactive', 30),
  ];
  expect(agents.sort(byUrgency(NOW)).map((each) => each.agent_name)).toEqual([
    'dead',
    'late',
    'a',
    'b',
    'old',
  ]);
});
