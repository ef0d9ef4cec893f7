import { GROUP_SORTS, GROUP_STATES, type GroupSort, type GroupState } from '../api/errors';

/** What the errors page shows; all of it lives in the URL. */
export interface ErrorsView {
  /** Empty for every state. */
  state: GroupState | '';
  query: string;
  agent: string;
  type: string;
  /** Only groups with an error of this correlation id. */
  correlation: string;
  /** A version of an agent. */
  version: string;
  taskType: string;
  /** Only groups that came back after they were resolved. */
  back: boolean;
  /** Errors since then; empty for all time. */
  since: string;
  sort: GroupSort;
  /** From 0. */
  page: number;
}

export const SINCE_CHOICES = [
  { value: 'now-1h', label: 'last hour' },
  { value: 'now-24h', label: 'last 24 hours' },
  { value: 'now-7d', label: 'last 7 days' },
  { value: 'now-30d', label: 'last 30 days' },
] as const;

export const DEFAULT_SINCE = 'now-7d';

export function parseErrorsView(search: string): ErrorsView {
  const params = new URLSearchParams(search);
  const page = Number(params.get('page') ?? '1') - 1;
  const since = params.get('since');
  const state = params.get('state') ?? 'open';
  return {
    state: GROUP_STATES.find((known) => known === state) ?? '',
    query: params.get('query') ?? '',
    agent: params.get('agent') ?? '',
    type: params.get('type') ?? '',
    correlation: params.get('correlation') ?? '',
    version: params.get('version') ?? '',
    taskType: params.get('taskType') ?? '',
    back: params.get('back') === 'true',
    since: SINCE_CHOICES.find(({ value }) => value === since)?.value ?? DEFAULT_SINCE,
    sort: GROUP_SORTS.find((known) => known === params.get('sort')) ?? 'last_seen',
    page: Number.isInteger(page) && page > 0 ? page : 0,
  };
}

/** A link to the list; what is not given has its default. */
export function errorsLink(patch: Partial<ErrorsView>): string {
  const view = { ...parseErrorsView(''), ...patch };
  const params = new URLSearchParams();
  if (view.state !== 'open') params.set('state', view.state || 'all');
  for (const name of ['query', 'agent', 'type', 'correlation', 'version', 'taskType'] as const) {
    if (view[name] !== '') params.set(name, view[name]);
  }
  if (view.back) params.set('back', 'true');
  if (view.since !== DEFAULT_SINCE) params.set('since', view.since);
  if (view.sort !== 'last_seen') params.set('sort', view.sort);
  if (view.page > 0) params.set('page', String(view.page + 1));
  const search = params.toString();
  return search === '' ? '/errors' : `/errors?${search}`;
}

/** What the page of one error shows. */
export interface ErrorView {
  /** Its errors over time since then. */
  since: string;
  /** All affected tasks that are known, not just the first. */
  allTasks: boolean;
  /** All agents, versions and task types that are known, not just those with the most errors. */
  allNames: boolean;
}

export function parseErrorView(search: string): ErrorView {
  const params = new URLSearchParams(search);
  return {
    since: parseErrorsView(search).since,
    allTasks: params.get('tasks') === 'all',
    allNames: params.get('names') === 'all',
  };
}

/** A link to one group. */
export function errorLink(id: string, view: Partial<ErrorView> = {}): string {
  const params = new URLSearchParams();
  if (view.since && view.since !== DEFAULT_SINCE) params.set('since', view.since);
  if (view.allTasks) params.set('tasks', 'all');
  if (view.allNames) params.set('names', 'all');
  const search = params.toString();
  const path = `/errors/${encodeURIComponent(id)}`;
  return search === '' ? path : `${path}?${search}`;
}
