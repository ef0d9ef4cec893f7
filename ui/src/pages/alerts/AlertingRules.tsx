import { mutedAlerts, type RuleOrigins } from '../../api/alerts';
import type { RuleGroup } from '../../api/prometheusTypes';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import type { AlertsView } from '../../lib/alertsUrl';
import { alertingGroups } from '../../lib/rules';
import { originOf } from '../../lib/ruleOrigin';
import { seriesName } from '../../lib/promql/seriesName';
import { useLive } from '../../state/useLive';
import { useNow } from '../../state/useNow';
import { AlertingRuleRow } from './AlertingRuleRow';
import { RuleGroups } from './RuleGroups';
import classes from './Alerts.module.css';

export interface RulesProps {
  groups: RuleGroup[] | undefined;
  error: Error | null;
  origins: RuleOrigins | undefined;
  view: AlertsView;
  onToggle: (key: string) => void;
}

export function AlertingRules({ groups, error, origins, view, onToggle }: RulesProps) {
  const now = useNow(1_000);
  const muted = useLive(['alerts', 'muted'], mutedAlerts).data ?? [];
  if (!groups) {
    return error ? (
      <ErrorState title="The rules could not be read" error={error} />
    ) : (
      <Loading label="Loading the rules" />
    );
  }
  const silenced = new Set(muted.map(seriesName));
  const shown = alertingGroups(groups, view.state, view.search);
  if (shown.length === 0)
    return <NoAlerts any={alertingGroups(groups, '', '').length > 0} state={view.state} />;
  return (
    <RuleGroups shown={shown} closed={view.closed} now={now} onToggle={onToggle}>
      {(rules, group) => (
        <ul className={classes.rules}>
          {rules.map((rule, index) => (
            <AlertingRuleRow
              key={index}
              rule={rule}
              origin={originOf(origins, group, rule)}
              muted={silenced}
              now={now}
            />
          ))}
        </ul>
      )}
    </RuleGroups>
  );
}

function NoAlerts({ any, state }: { any: boolean; state: AlertsView['state'] }) {
  if (!any) {
    return (
      <EmptyState
        title="No alerting rules"
        detail={
          <>
            Make one here, or write them into the <code>rule_files</code> that <code>prometheus.yml</code>{' '}
            names.
          </>
        }
      />
    );
  }
  return <EmptyState title={state === 'firing' ? 'Nothing is firing' : 'No alert matches'} />;
}
