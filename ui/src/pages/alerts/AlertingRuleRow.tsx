import type { RuleOrigin } from '../../api/alerts';
import type { AlertingRule } from '../../api/prometheusTypes';
import { LabelTags } from '../../components/LabelTags';
import { StateBadge } from '../../components/StateMark';
import { formatPromDuration } from '../../lib/promql/duration';
import { formatValue } from '../../lib/units/units';
import { ActiveAlerts } from './ActiveAlerts';
import { Expression } from './Expression';
import { OwnRuleActions } from './OwnRuleActions';
import { evaluated } from './RuleGroups';
import { URGENCY } from './urgency';
import classes from './Alerts.module.css';

interface AlertingRuleRowProps {
  rule: AlertingRule;
  /** Undefined until it is known. */
  origin: RuleOrigin | undefined;
  /** The names of alerts that nobody is told of. */
  muted: ReadonlySet<string>;
  now: number;
}

export function AlertingRuleRow({ rule, origin, muted, now }: AlertingRuleRowProps) {
  const alerts = rule.alerts ?? [];
  return (
    <li className={classes.rule} data-state={rule.state} data-rule={rule.name}>
      <div className={classes.ruleHead}>
        <StateBadge urgency={URGENCY[rule.state]} text={rule.state} />
        <b className={classes.ruleName}>{rule.name}</b>
        {alerts.length > 0 && <span>{alerts.length} active</span>}
        <LabelTags labels={rule.labels ?? {}} />
        {rule.duration > 0 && (
          <span className={classes.soft}>for {formatPromDuration(rule.duration * 1_000)}</span>
        )}
        {(rule.keepFiringFor ?? 0) > 0 && (
          <span className={classes.soft}>
            keeps firing for {formatPromDuration((rule.keepFiringFor ?? 0) * 1_000)}
          </span>
        )}
        <span className={classes.evaluation}>
          {evaluated(rule.lastEvaluation, now)} in {formatValue(rule.evaluationTime, 's')}
        </span>
      </div>
      <Expression expr={rule.query} origin={origin} />
      {origin?.written && <OwnRuleActions name={rule.name} />}
      {rule.health === 'err' && (
        <div className={classes.error} role="note">
          The last evaluation failed: {rule.lastError}
        </div>
      )}
      {alerts.length > 0 && <ActiveAlerts rule={rule} alerts={alerts} muted={muted} now={now} />}
    </li>
  );
}
