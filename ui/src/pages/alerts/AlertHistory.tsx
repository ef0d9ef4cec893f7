import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { alertHistory, type AlertChange } from '../../api/alerts';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { LabelTags } from '../../components/LabelTags';
import { Loading } from '../../components/Loading';
import page from '../../components/Page.module.css';
import { StateBadge } from '../../components/StateMark';
import type { AlertsView } from '../../lib/alertsUrl';
import { parseValue } from '../../lib/chart/align';
import { errorLink } from '../../lib/errorsUrl';
import { metricsLink } from '../../lib/metricsUrl';
import { quote } from '../../lib/promql/seriesName';
import { instanceLabels, matchesText } from '../../lib/rules';
import { formatAge, formatTimestamp } from '../../lib/time/format';
import { formatNumber } from '../../lib/units/number';
import { useLive } from '../../state/useLive';
import { useNow } from '../../state/useNow';
import { URGENCY } from './urgency';
import classes from './Alerts.module.css';

const ROWS = 200;

export function AlertHistory({ view }: { view: AlertsView }) {
  const { data, error } = useLive(['alerts', 'history'], alertHistory);
  const [most, setMost] = useState(ROWS);
  const now = useNow(1_000);
  if (!data) {
    return error ? (
      <ErrorState title="The history could not be read" error={error} />
    ) : (
      <Loading label="Loading the history" />
    );
  }
  const shown = data.filter((change) => isShown(change, view));
  if (shown.length === 0) {
    return (
      <EmptyState
        title={data.length === 0 ? 'No alert has changed its state yet' : 'No change matches'}
        detail={
          data.length === 0
            ? 'Every alert that becomes pending, fires or resolves is listed here.'
            : undefined
        }
      />
    );
  }
  return (
    <>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Alert</th>
            <th scope="col">Change</th>
            <th scope="col" className={page.number}>
              Value
            </th>
            <th scope="col">What it means</th>
          </tr>
        </thead>
        <tbody>
          {shown.slice(0, most).map((change) => (
            <ChangeRow
              key={`${change.at} ${change.to} ${JSON.stringify(change.labels)}`}
              change={change}
              now={now}
            />
          ))}
        </tbody>
      </table>
      {shown.length > most && (
        <div className={classes.more}>
          <Button size="compact-xs" variant="default" onClick={() => setMost(shown.length)}>
            Show all {shown.length}
          </Button>
        </div>
      )}
    </>
  );
}

function ChangeRow({ change, now }: { change: AlertChange; now: number }) {
  const { rule, at, from, to, labels, annotations, value } = change;
  // Of an error its page says more than any label.
  const group = labels.error_group;
  return (
    <tr>
      <td className={page.nowrap}>
        {formatTimestamp(at)}
        <div className={page.soft}>{formatAge(now - at)} ago</div>
      </td>
      <td className={page.nowrap}>
        <Link href={group ? errorLink(group) : metricsLink(`ALERTS{alertname=${quote(rule)}}`)}>{rule}</Link>
      </td>
      <td className={page.nowrap}>
        <span className={page.soft}>{from} →</span> <StateBadge urgency={URGENCY[to]} text={to} />
      </td>
      <td className={page.number} title={value}>
        {formatNumber(parseValue(value))}
      </td>
      <td className={classes.meaning}>
        {annotations.summary}
        <div>
          <LabelTags
            labels={instanceLabels(group ? { error_type: labels.error_type ?? '' } : labels, { name: rule })}
          />
        </div>
      </td>
    </tr>
  );
}

function isShown({ rule, labels, annotations, to }: AlertChange, { state, search }: AlertsView): boolean {
  const texts = Object.entries(labels).map(([name, each]) => `${name}="${each}"`);
  return (state === '' || to === state) && matchesText([rule, annotations.summary ?? '', ...texts], search);
}
