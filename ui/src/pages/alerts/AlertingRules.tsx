import type { RuleGroup } from '../../api/prometheusTypes';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import type { AlertsView } from '../../lib/alertsUrl';
import { alertingGroups } from '../../lib/rules';
import { useNow } from '../../state/useNow';
import { AlertingRuleRow } from './AlertingRuleRow';
import { RuleGroups } from './RuleGroups';
import classes from './Alerts.module.css';

export interface RulesProps {
  groups: RuleGroup[] | undefined;
  error: Error | null;
  view: AlertsView;
  onToggle: (key: string) => void;
}

export function AlertingRules({ groups, error, view, onToggle }: RulesProps) {
  const now = useNow(1_000);
  if (!groups) {
    return error ? (
      <ErrorState title="The rules could not be read" error={error} />
    ) : (
      <Loading label="Loading the rules" />
    );
  }
  const shown = alertingGroups(groups, view.state, view.search);
  if (shown.length === 0)
    return <NoAlerts any={alertingGroups(groups, '', '').length > 0} state={view.state} />;
  return (
    <RuleGroups shown={shown} closed={view.closed} now={now} onToggle={onToggle}>
      {(rules) => (
        <ul className={classes.rules}>
          {rules.map((rule, index) => (
            <AlertingRuleRow key={index} rule={rule} now={now} />
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
            Rules are read from the <code>rule_files</code> that <code>prometheus.yml</code> names.
          </>
        }
      />
    );
  }
  return <EmptyState title={state === 'firing' ? 'Nothing is firing' : 'No alert matches'} />;
}
