import { Tabs } from '@mantine/core';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { rules } from '../../api/prometheus';
import { Page } from '../../components/Page';
import { SearchInput } from '../../components/SearchInput';
import { alertsLink, parseAlertsView, type AlertsView, type AlertTab } from '../../lib/alertsUrl';
import { useLive } from '../../state/useLive';
import { AlertChips } from './AlertChips';
import { AlertHistory } from './AlertHistory';
import { AlertingRules } from './AlertingRules';
import { RecordingRules } from './RecordingRules';
import classes from './Alerts.module.css';

const TABS: readonly { tab: AlertTab; label: string }[] = [
  { tab: 'alerts', label: 'Alerts' },
  { tab: 'rules', label: 'Recording rules' },
  { tab: 'history', label: 'History' },
];

export default function AlertsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseAlertsView(search), [search]);
  const change = (patch: Partial<AlertsView>, replace = false) =>
    navigate(alertsLink({ ...view, ...patch }), { replace });
  const groups = useLive(['prometheus', 'rules'], rules);
  const toggle = (key: string) => {
    const { closed } = view;
    change({ closed: closed.includes(key) ? closed.filter((each) => each !== key) : [...closed, key] }, true);
  };
  const shown = { groups: groups.data, error: groups.error, view, onToggle: toggle };
  return (
    <Page
      title="Alerts"
      head={
        <>
          <Tabs
            value={view.tab}
            onChange={(tab) => change({ tab: (tab ?? 'alerts') as AlertTab })}
            classNames={{ tab: classes.tab ?? '', list: classes.tabs ?? '' }}
          >
            <Tabs.List aria-label="What is shown">
              {TABS.map(({ tab, label }) => (
                <Tabs.Tab key={tab} value={tab}>
                  {label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          </Tabs>
          {view.tab !== 'rules' && (
            <AlertChips
              groups={view.tab === 'alerts' ? groups.data : null}
              value={view.state}
              onChange={(state) => change({ state })}
            />
          )}
        </>
      }
      right={
        <SearchInput
          label={view.tab === 'rules' ? 'Search rules' : 'Search alerts'}
          value={view.search}
          onChange={(text) => change({ search: text }, true)}
        />
      }
    >
      {view.tab === 'alerts' && <AlertingRules {...shown} />}
      {view.tab === 'rules' && <RecordingRules {...shown} />}
      {view.tab === 'history' && <AlertHistory view={view} />}
    </Page>
  );
}
