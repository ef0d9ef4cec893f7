import { PRIORITIES, TASK_STATES, type Priority, type TaskState } from '../api/types';

export type TaskTab = 'tasks' | 'schedules';

/** What the task page shows; all of it lives in the URL. */
export interface TaskView {
  tab: TaskTab;
  state: TaskState | '';
  type: string;
  agent: string;
  priority: Priority | '';
  correlation: string;
  /** A part of the id, type or last error. */
  text: string;
  /** From 0. */
  page: number;
  /** The task whose details are open. */
  open: string;
  /** Whether the form of a new task or schedule is open, and which schedule it changes. */
  form: string;
}

/** The form of something new; a schedule's name opens the form that changes it. */
export const NEW_FORM = '+';

export function parseTaskView(search: string): TaskView {
  const params = new URLSearchParams(search);
  const text = (name: string) => params.get(name) ?? '';
  const page = Number(params.get('page') ?? '1') - 1;
  return {
    tab: text('tab') === 'schedules' ? 'schedules' : 'tasks',
    state: TASK_STATES.find((state) => state === params.get('state')) ?? '',
    type: text('type'),
    agent: text('agent'),
    priority: PRIORITIES.find((priority) => priority === params.get('priority')) ?? '',
    correlation: text('correlation'),
    text: text('q'),
    page: Number.isInteger(page) && page > 0 ? page : 0,
    open: text('task'),
    form: text('form'),
  };
}

export function tasksLink(view: Partial<TaskView>): string {
  const params = new URLSearchParams();
  const given: [string, string | undefined][] = [
    ['tab', view.tab === 'schedules' ? view.tab : ''],
    ['state', view.state],
    ['type', view.type],
    ['agent', view.agent],
    ['priority', view.priority],
    ['correlation', view.correlation],
    ['q', view.text],
    ['page', view.page ? String(view.page + 1) : ''],
    ['task', view.open],
    ['form', view.form],
  ];
  for (const [name, value] of given) if (value) params.set(name, value);
  const search = params.toString();
  return search === '' ? '/tasks' : `/tasks?${search}`;
}

/** The scope of the API that the view shows. */
export function scopeOf(view: TaskView) {
  return {
    state: view.state,
    task_type: view.type,
    agent_name: view.agent,
    priority: view.priority,
    correlation_id: view.correlation,
    text: view.text,
  };
}

export function isFiltered(view: TaskView): boolean {
  return Object.values(scopeOf(view)).some((value) => value !== '');
}
