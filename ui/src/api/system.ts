import { get } from './http';
import type { Agent, Status } from './types';

export async function agents(signal?: AbortSignal): Promise<Agent[]> {
  return (await get<{ agents: Agent[] }>('/api/v1/agents', {}, signal)).agents;
}

export function status(signal?: AbortSignal): Promise<Status> {
  return get('/api/v1/status', {}, signal);
}
