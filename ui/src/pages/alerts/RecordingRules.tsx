import type { RecordingRule } from '../../api/prometheusTypes';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { LabelTags } from '../../components/LabelTags';
import { Loading } from '../../components/Loading';
import page from '../../components/Page.module.css';
import { StateBadge, type Urgency } from '../../components/StateMark';
import { recordingGroups } from '../../lib/rules';
import { formatValue } from '../../lib/units/units';
import { useNow } from '../../state/useNow';
import type { RulesProps } from './AlertingRules';
import { Expression } from './Expression';
import { evaluated, RuleGroups } from './RuleGroups';
import classes from './Alerts.module.css';

export function RecordingRules({ groups, error, view, onToggle }: RulesProps) {
  const now = useNow(1_000);
  if (!groups) {
    return error ? (
      <ErrorState title="The rules could not be read" error={error} />
    ) : (
      <Loading label="Loading the rules" />
    );
  }
  const shown = recordingGroups(groups, view.search);
  if (shown.length === 0) {
    const any = recordingGroups(groups, '').length > 0;
    return (
      <EmptyState
        title={any ? 'No rule matches' : 'No recording rules'}
        detail={
          any ? undefined : (
            <>
              Recording rules keep the result of an expression as a series of its own. Write them into the{' '}
              <code>rule_files</code> that <code>prometheus.yml</code> names.
            </>
          )
        }
      />
    );
  }
  return (
    <RuleGroups shown={shown} closed={view.closed} now={now} onToggle={onToggle}>
      {(rules) => <RecordingTable rules={rules} now={now} />}
    </RuleGroups>
  );
}

const HEALTH: Record<RecordingRule['health'], { urgency: Urgency; text: string }> = {
  ok: { urgency: 'good', text: 'ok' },
  err: { urgency: 'bad', text: 'failed' },
  unknown: { urgency: 'unknown', text: 'not yet run' },
};

function RecordingTable({ rules, now }: { rules: readonly RecordingRule[]; now: number }) {
  return (
    <table className={`${page.table} ${classes.recording}`}>
      <thead>
        <tr>
          <th scope="col">Series</th>
          <th scope="col">Health</th>
          <th scope="col">Expression</th>
          <th scope="col">Evaluated</th>
          <th scope="col" className={page.number}>
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule, index) => (
          <tr key={index} data-rule={rule.name}>
            <td>
              <Expression expr={rule.name} /> <LabelTags labels={rule.labels ?? {}} />
            </td>
            <td>
              <StateBadge {...HEALTH[rule.health]} />
            </td>
            <td>
              <Expression expr={rule.query} />
              {rule.health === 'err' && <div className={classes.error}>{rule.lastError}</div>}
            </td>
            <td className={page.nowrap}>{evaluated(rule.lastEvaluation, now)}</td>
            <td className={`${page.number} ${page.nowrap}`}>{formatValue(rule.evaluationTime, 's')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
