import { TASK_STATES, type TaskState } from '../api/types';

/** What the task page shows; all of it lives in the URL. */
export interface TaskView {
  state: TaskState | '';
  type: string;
  agent: string;
  /** From 0. */
  page: number;
  /** The task whose details are open. */
  open: string;
}

export function parseTaskView(search: string): TaskView {
  const params = new URLSearchParams(search);
  const page = Number(params.get('page') ?? '1') - 1;
  return {
    state: TASK_STATES.find((state) => state === params.get('state')) ?? '',
    type: params.get('type') ?? '',
    agent: params.get('agent') ?? '',
    page: Number.isInteger(page) && page > 0 ? page : 0,
    open: params.get('task') ?? '',
  };
}

export function tasksLink(view: Partial<TaskView>): string {
  const params = new URLSearchParams();
  if (view.state) params.set('state', view.state);
  if (view.type) params.set('type', view.type);
  if (view.agent) params.set('agent', view.agent);
  if (view.page) params.set('page', String(view.page + 1));
  if (view.open) params.set('task', view.open);
  const search = params.toString();
  return search === '' ? '/tasks' : `/tasks?${search}`;
}
