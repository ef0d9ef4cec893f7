import { single, type VariableValue } from './variables/types';

/** The URL of a dashboard: what of it is shown, of which time, and how often it is asked again. */
export interface DashboardView {
  /** Empty means what the file says. */
  from: string;
  to: string;
  /** `10s`, `off`, or empty for what the file says. */
  refresh: string;
  /** The panel that fills the page. */
  viewPanel: string;
  variables: Map<string, string[]>;
  /** Rows that are not as the file has them. */
  toggledRows: string[];
}

const VARIABLE = 'var-';

export function parseView(search: string): DashboardView {
  const params = new URLSearchParams(search);
  const variables = new Map<string, string[]>();
  for (const name of new Set(params.keys())) {
    if (name.startsWith(VARIABLE)) variables.set(name.slice(VARIABLE.length), params.getAll(name));
  }
  return {
    from: instant(params.get('from') ?? ''),
    to: instant(params.get('to') ?? ''),
    refresh: params.get('refresh') ?? '',
    viewPanel: (params.get('viewPanel') ?? '').replace(/^panel-/, ''),
    variables,
    toggledRows: params.getAll('row'),
  };
}

/** Grafana's links have milliseconds since 1970. */
function instant(text: string): string {
  return /^\d{12,14}$/.test(text) ? new Date(Number(text)).toISOString() : text;
}

export function formatView(view: DashboardView): string {
  const params = new URLSearchParams();
  if (view.from !== '') params.set('from', view.from);
  if (view.to !== '') params.set('to', view.to);
  for (const [name, values] of view.variables) {
    for (const value of values) params.append(VARIABLE + name, value);
  }
  if (view.refresh !== '') params.set('refresh', view.refresh);
  if (view.viewPanel !== '') params.set('viewPanel', view.viewPanel);
  for (const row of view.toggledRows) params.append('row', row);
  return params.toString();
}

/** `${__url_time_range}` and `${__all_variables}`: what a link takes along of this view. */
export function addressScope(view: DashboardView): [string, VariableValue][] {
  const none = { refresh: '', viewPanel: '', toggledRows: [] };
  const time = formatView({ ...view, ...none, variables: new Map() });
  const variables = formatView({ ...view, ...none, from: '', to: '' });
  return [
    ['__url_time_range', single(time)],
    ['__all_variables', single(variables)],
  ];
}

export function dashboardPath(uid: string, search = ''): string {
  const path = `/dashboards/${encodeURIComponent(uid)}`;
  return search === '' ? path : `${path}?${search}`;
}
