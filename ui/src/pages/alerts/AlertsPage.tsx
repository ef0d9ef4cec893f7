import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ruleOrigins } from '../../api/alerts';
import { rules } from '../../api/prometheus';
import { Page } from '../../components/Page';
import { SearchInput } from '../../components/SearchInput';
import { alertsLink, NEW_RULE, parseAlertsView, type AlertsView, type AlertTab } from '../../lib/alertsUrl';
import { ownRule } from '../../lib/ruleOrigin';
import { useLive } from '../../state/useLive';
import { AlertChips } from './AlertChips';
import { AlertHistory } from './AlertHistory';
import { AlertingRules } from './AlertingRules';
import { RuleEditor } from './editor/RuleEditor';
import { ReceiversView } from './ReceiversView';
import { RecordingRules } from './RecordingRules';
import { SilencesView } from './silences/SilencesView';
import classes from './Alerts.module.css';

const TABS: readonly { tab: AlertTab; label: string }[] = [
  { tab: 'alerts', label: 'Alerts' },
  { tab: 'rules', label: 'Recording rules' },
  { tab: 'history', label: 'History' },
  { tab: 'silences', label: 'Silences' },
  { tab: 'receivers', label: 'Receivers' },
];

const SEARCH_LABELS: Record<AlertTab, string> = {
  alerts: 'Search alerts',
  rules: 'Search rules',
  history: 'Search alerts',
  silences: 'Search silences',
  receivers: '',
};

export default function AlertsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseAlertsView(search), [search]);
  const change = (patch: Partial<AlertsView>, replace = false) =>
    navigate(alertsLink({ ...view, ...patch }), { replace });
  const groups = useLive(['prometheus', 'rules'], rules);
  const origins = useLive(['alerts', 'rules'], ruleOrigins);
  const edited = view.edit === NEW_RULE ? null : ownRule(origins.data, view.edit);
  const toggle = (key: string) => {
    const { closed } = view;
    change({ closed: closed.includes(key) ? closed.filter((each) => each !== key) : [...closed, key] }, true);
  };
  const shown = { groups: groups.data, error: groups.error, origins: origins.data, view, onToggle: toggle };
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
          {(view.tab === 'alerts' || view.tab === 'history') && (
            <AlertChips
              groups={view.tab === 'alerts' ? groups.data : null}
              value={view.state}
              onChange={(state) => change({ state })}
            />
          )}
        </>
      }
      right={
        <>
          {view.tab !== 'receivers' && (
            <SearchInput
              label={SEARCH_LABELS[view.tab]}
              value={view.search}
              onChange={(text) => change({ search: text }, true)}
            />
          )}
          {view.tab === 'alerts' && (
            <Button
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => change({ edit: NEW_RULE })}
            >
              New rule
            </Button>
          )}
        </>
      }
    >
      {view.tab === 'alerts' && <AlertingRules {...shown} />}
      {view.tab === 'rules' && <RecordingRules {...shown} />}
      {view.tab === 'history' && <AlertHistory view={view} />}
      {view.tab === 'silences' && <SilencesView view={view} onMade={() => change({ silence: '' }, true)} />}
      {view.tab === 'receivers' && <ReceiversView />}
      <RuleEditor
        opened={view.edit === NEW_RULE || edited !== null}
        rule={edited}
        ownFile={origins.data?.own_file ?? ''}
        onClose={() => change({ edit: '' })}
      />
    </Page>
  );
}
