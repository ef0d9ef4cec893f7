import { get, post } from './http';
import type { Attempt, Task, TaskList } from './types';

export interface TaskFilter {
  state?: string | undefined;
  task_type?: string | undefined;
  agent_name?: string | undefined;
  correlation_id?: string | undefined;
  limit?: number;
  offset?: number;
}

export interface TaskDetail {
  task: Task;
  attempts: Attempt[];
}

export type TaskAction = 'cancel' | 'retry';

export function tasks(filter: TaskFilter, signal?: AbortSignal): Promise<TaskList> {
  return get('/api/v1/tasks', { ...filter }, signal);
}

export function task(id: string, signal?: AbortSignal): Promise<TaskDetail> {
  return get(`/api/v1/tasks/${encodeURIComponent(id)}`, {}, signal);
}

export async function actOnTask(id: string, action: TaskAction): Promise<Task> {
  return (await post<{ task: Task }>(`/api/v1/tasks/${encodeURIComponent(id)}/${action}`)).task;
}
