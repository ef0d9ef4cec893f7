import { get, post, url } from './http';
import type { Attempt, NewTask, Task, TaskList } from './types';

/** Which tasks; empty fields do not restrict. */
export interface TaskScope {
  state?: string | undefined;
  task_type?: string | undefined;
  agent_name?: string | undefined;
  correlation_id?: string | undefined;
  priority?: string | undefined;
  parent_task_id?: string | undefined;
  text?: string | undefined;
}

export interface TaskFilter extends TaskScope {
  limit?: number;
  offset?: number;
}

export interface TaskDetail {
  task: Task;
  attempts: Attempt[];
}

export type TaskAction = 'cancel' | 'retry';

/** What may be done to every task of a scope. */
export type BulkAction = 'cancel' | 'requeue';

/** How many tasks a bulk action changed, and those that it left. */
export interface BulkResult {
  changed: number;
  skipped: { task_id: string; reason: string }[];
}

const TASKS = '/api/v1/tasks';

export function tasks(filter: TaskFilter, signal?: AbortSignal): Promise<TaskList> {
  return get(TASKS, { ...filter }, signal);
}

export function task(id: string, signal?: AbortSignal): Promise<TaskDetail> {
  return get(`${TASKS}/${encodeURIComponent(id)}`, {}, signal);
}

export async function actOnTask(id: string, action: TaskAction): Promise<Task> {
  return (await post<{ task: Task }>(`${TASKS}/${encodeURIComponent(id)}/${action}`)).task;
}

export function submitTask(task: NewTask): Promise<Task> {
  return post(TASKS, task);
}

/** Changes nothing when another number of tasks matches by now. */
export async function actOnTasks(
  action: BulkAction,
  scope: TaskScope,
  expected: number,
): Promise<BulkResult> {
  const given = Object.entries(scope).filter(([, value]) => value !== undefined && value !== '');
  const reply = await post<{ requeued?: number; cancelled?: number; skipped: BulkResult['skipped'] }>(
    `${TASKS}/${action}`,
    { ...Object.fromEntries(given), expected },
  );
  return { changed: reply.requeued ?? reply.cancelled ?? 0, skipped: reply.skipped };
}

/** Server-sent events of tasks that change. */
export function watchUrl(scope: TaskScope): string {
  return url(`${TASKS}/watch`, { ...scope });
}
