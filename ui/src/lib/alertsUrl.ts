import type { AlertState } from '../api/prometheusTypes';
import { ALERT_STATES } from './rules';

export const ALERT_TABS = ['alerts', 'rules', 'history', 'silences', 'receivers'] as const;
export type AlertTab = (typeof ALERT_TABS)[number];

/** What the alerts page shows; all of it lives in the URL. */
export interface AlertsView {
  tab: AlertTab;
  state: AlertState | '';
  search: string;
  /** Groups that are folded away. */
  closed: string[];
  /** The rule that is being changed: its name, `NEW_RULE` for one that is being made, empty for none. */
  edit: string;
  /** Matchers that a new silence begins with, one a line. */
  silence: string;
}

/** No name of a rule begins so. */
export const NEW_RULE = '+';

export function parseAlertsView(search: string): AlertsView {
  const params = new URLSearchParams(search);
  return {
    tab: ALERT_TABS.find((tab) => tab === params.get('tab')) ?? 'alerts',
    state: ALERT_STATES.find((state) => state === params.get('state')) ?? '',
    search: params.get('search') ?? '',
    closed: params.getAll('closed'),
    edit: params.get('edit') ?? '',
    silence: params.get('silence') ?? '',
  };
}

export function alertsLink(view: Partial<AlertsView>): string {
  const params = new URLSearchParams();
  if (view.tab && view.tab !== 'alerts') params.set('tab', view.tab);
  if (view.state) params.set('state', view.state);
  if (view.search) params.set('search', view.search);
  for (const group of view.closed ?? []) params.append('closed', group);
  if (view.edit) params.set('edit', view.edit);
  if (view.silence) params.set('silence', view.silence);
  const search = params.toString();
  return search === '' ? '/alerts' : `/alerts?${search}`;
}
