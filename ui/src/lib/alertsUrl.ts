import type { AlertState } from '../api/prometheusTypes';
import { ALERT_STATES } from './rules';

export const ALERT_TABS = ['alerts', 'rules', 'history'] as const;
export type AlertTab = (typeof ALERT_TABS)[number];

/** What the alerts page shows; all of it lives in the URL. */
export interface AlertsView {
  tab: AlertTab;
  state: AlertState | '';
  search: string;
  /** Groups that are folded away. */
  closed: string[];
}

export function parseAlertsView(search: string): AlertsView {
  const params = new URLSearchParams(search);
  return {
    tab: ALERT_TABS.find((tab) => tab === params.get('tab')) ?? 'alerts',
    state: ALERT_STATES.find((state) => state === params.get('state')) ?? '',
    search: params.get('search') ?? '',
    closed: params.getAll('closed'),
  };
}

export function alertsLink(view: Partial<AlertsView>): string {
  const params = new URLSearchParams();
  if (view.tab && view.tab !== 'alerts') params.set('tab', view.tab);
  if (view.state) params.set('state', view.state);
  if (view.search) params.set('search', view.search);
  for (const group of view.closed ?? []) params.append('closed', group);
  const search = params.toString();
  return search === '' ? '/alerts' : `/alerts?${search}`;
}
