import { get, post, put, remove } from './http';
import type { NewTask, Task } from './types';

export type Overlap = 'allow' | 'skip';
export type CatchUp = 'last' | 'all' | 'skip';

/** What a schedule is made of, without its name. */
export interface ScheduleRequest {
  cron: string;
  time_zone: string;
  task: NewTask;
  enabled: boolean;
  overlap: Overlap;
  catch_up: CatchUp;
}

export interface Schedule extends ScheduleRequest {
  name: string;
  next_at: string | null;
  last_at: string | null;
  last_task_id: string | null;
}

const SCHEDULES = '/api/v1/schedules';

function path(name: string, action = ''): string {
  return `${SCHEDULES}/${encodeURIComponent(name)}${action}`;
}

export async function schedules(signal?: AbortSignal): Promise<Schedule[]> {
  return (await get<{ schedules: Schedule[] }>(SCHEDULES, {}, signal)).schedules;
}

export async function putSchedule(name: string, request: ScheduleRequest): Promise<Schedule> {
  return (await put<{ schedule: Schedule }>(path(name), request)).schedule;
}

export async function pauseSchedule(name: string, paused: boolean): Promise<Schedule> {
  return (await post<{ schedule: Schedule }>(path(name, paused ? '/pause' : '/resume'))).schedule;
}

export async function runSchedule(name: string): Promise<Task> {
  return (await post<{ task: Task }>(path(name, '/run'))).task;
}

export function removeSchedule(name: string): Promise<void> {
  return remove(path(name));
}
