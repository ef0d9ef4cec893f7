import { expect, type APIRequestContext } from '@playwright/test';

const ELASTIC = process.env.SWARMSCOPE_ELASTIC ?? 'http://127.0.0.1:9200';
const ORCHESTRATOR = process.env.SWARMSCOPE_ORCHESTRATOR ?? 'http://127.0.0.1:8000';

export interface AgentEvent {
  timestamp: string;
  agent_name: string;
  event_type: string;
  severity: string;
  message: string;
  metadata: Record<string, unknown>;
}

/** An index of the spec's own, so that specs and their repetitions do not see each other's documents. */
export function freshIndex(name: string): string {
  return `e2e-${name}-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`;
}

export async function store(
  request: APIRequestContext,
  index: string,
  events: readonly AgentEvent[],
): Promise<void> {
  const lines = events.flatMap((event) => [
    JSON.stringify({ index: { _index: index } }),
    JSON.stringify(event),
  ]);
  const reply = await request.post(`${ELASTIC}/_bulk`, {
    headers: { 'content-type': 'application/x-ndjson' },
    data: `${lines.join('\n')}\n`,
  });
  expect(reply.ok(), await reply.text()).toBe(true);
  const body = (await reply.json()) as { errors: boolean };
  expect(body.errors, 'every document of the bulk is stored').toBe(false);
}

/** A task that no demo agent can do, so that it stays where the spec puts it. */
export async function submitTask(
  request: APIRequestContext,
  taskType: string,
  metadata: Record<string, unknown> = {},
): Promise<string> {
  const reply = await request.post(`${ORCHESTRATOR}/api/v1/tasks`, {
    data: { task_type: taskType, metadata },
  });
  expect(reply.status(), await reply.text()).toBe(201);
  const body = (await reply.json()) as { task_id?: string; task?: { task_id: string } };
  const id = body.task_id ?? body.task?.task_id;
  if (id === undefined) throw new Error(`no task_id in ${JSON.stringify(body)}`);
  return id;
}

async function work<T>(request: APIRequestContext, path: string, data: object): Promise<T> {
  const reply = await request.post(`${ORCHESTRATOR}/api/v1/${path}`, { data });
  expect(reply.ok(), `${path}: ${await reply.text()}`).toBe(true);
  return (await reply.json()) as T;
}

interface Claimed {
  task_id: string;
  fencing_token: number;
}

async function claimNextTask(request: APIRequestContext, agent: string, taskType: string): Promise<Claimed> {
  await work(request, 'agents', { agent_name: agent, agent_type: taskType });
  const claim = { task_types: [taskType], wait_ms: 10_000, lease_ms: 60_000 };
  return (await work<{ task: Claimed }>(request, `agents/${agent}/claim`, claim)).task;
}

/** Claims the next task of this type as an agent of the spec's own and fails it for good, as one does that has logged
 * the error itself. */
export async function failNextTask(
  request: APIRequestContext,
  agent: string,
  taskType: string,
): Promise<string> {
  const task = await claimNextTask(request, agent, taskType);
  await work(request, `tasks/${task.task_id}/fail`, {
    agent_name: agent,
    fencing_token: task.fencing_token,
    error_type: 'permanent',
    error_message: 'no outline',
    logged: true,
  });
  // Who does not leave is missed some seconds later.
  await work(request, `agents/${agent}/deregister`, {});
  return task.task_id;
}

/** Claims the next task of this type as an agent of the spec's own and completes it with this result. */
export async function completeNextTask(
  request: APIRequestContext,
  agent: string,
  taskType: string,
  result: object,
): Promise<string> {
  const { task_id: task, fencing_token } = await claimNextTask(request, agent, taskType);
  await work(request, `tasks/${task}/complete`, { agent_name: agent, fencing_token, result });
  await work(request, `agents/${agent}/deregister`, {});
  return task;
}

export function at(msAgo: number): string {
  return new Date(Date.now() - msAgo).toISOString();
}
