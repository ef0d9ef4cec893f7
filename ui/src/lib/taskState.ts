import type { Attempt, Json, Task, TaskState } from '../api/types';
import type { BulkAction, TaskAction } from '../api/tasks';

export const STATE_LABELS: Record<TaskState, string> = {
  queued: 'queued',
  in_progress: 'in progress',
  waiting: 'waiting',
  completed: 'completed',
  failed: 'failed',
  dead_letter: 'dead letter',
  cancelled: 'cancelled',
};

const CANCELLABLE: readonly TaskState[] = ['queued', 'in_progress', 'waiting'];
const RETRIABLE: readonly TaskState[] = ['failed', 'dead_letter', 'cancelled'];

export function actionsFor(state: TaskState): TaskAction[] {
  if (CANCELLABLE.includes(state)) return ['cancel'];
  return RETRIABLE.includes(state) ? ['retry'] : [];
}

/** What may be done to all tasks of a state at once. */
export function bulkActionFor(state: TaskState): BulkAction | null {
  const [action] = actionsFor(state);
  if (action === undefined) return null;
  return action === 'retry' ? 'requeue' : 'cancel';
}

/** The id that ties a task's events together: its own when nobody gave it one. */
export function correlationOf({ metadata, task_id }: Task): string {
  return typeof metadata.correlation_id === 'string' ? metadata.correlation_id : task_id;
}

/** What an agent made of a task that is completed. */
export function resultOf({ state }: Task, attempts: readonly Attempt[]): Json | undefined {
  if (state !== 'completed') return undefined;
  return attempts.findLast(({ success }) => success)?.metadata.result;
}

/** How long a task has taken, or is taking; null while it waits. */
export function runningMs(task: Task, now: number): number | null {
  if (task.state === 'queued') return null;
  const end = task.completed_at ? Date.parse(task.completed_at) : task.state === 'in_progress' ? now : null;
  return end === null ? null : Math.max(0, end - Date.parse(task.created_at));
}
