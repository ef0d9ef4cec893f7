import type { Agent } from '../api/types';

/** Three missed heartbeats of five seconds: what an agent may be late by before a person should look. */
export const SILENT_AFTER_MS = 15_000;

export type AgentHealth = 'active' | 'silent' | 'inactive' | 'left' | 'other';

/** `silent` says what the state does not yet: it calls itself active, but has not been heard. `left` went in order,
 * which is no reason to look. */
export function agentHealth(agent: Agent, now: number): AgentHealth {
  if (agent.status === 'inactive') return agent.silenced_at === undefined ? 'left' : 'inactive';
  if (agent.status !== 'active') return 'other';
  return heartbeatAge(agent, now) > SILENT_AFTER_MS ? 'silent' : 'active';
}

export function heartbeatAge(agent: Agent, now: number): number {
  return agent.last_heartbeat === null ? Infinity : now - Date.parse(agent.last_heartbeat);
}

const ORDER: readonly AgentHealth[] = ['silent', 'active', 'other', 'inactive', 'left'];

/** Who needs a look first, then by name; long gone agents sink to the end instead of crowding the top. */
export function byUrgency(now: number): (a: Agent, b: Agent) => number {
  const rank = (agent: Agent) => {
    const health = agentHealth(agent, now);
    const freshlyGone = health === 'inactive' && heartbeatAge(agent, now) < 600_000;
    return freshlyGone ? -1 : ORDER.indexOf(health);
  };
  return (a, b) => rank(a) - rank(b) || a.agent_name.localeCompare(b.agent_name);
}
