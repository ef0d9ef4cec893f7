import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Alert, AlertingRule } from '../../api/prometheusTypes';
import { LabelTags } from '../../components/LabelTags';
import page from '../../components/Page.module.css';
import { StateBadge } from '../../components/StateMark';
import { parseValue } from '../../lib/chart/align';
import { alertsLink } from '../../lib/alertsUrl';
import { discoverLink } from '../../lib/discoverUrl';
import { seriesName } from '../../lib/promql/seriesName';
import { silenceMatchers } from '../../lib/ruleOrigin';
import { instanceLabels, sortAlerts } from '../../lib/rules';
import { agentOf } from '../../lib/targets';
import { formatAge, formatIso } from '../../lib/time/format';
import { formatNumber } from '../../lib/units/number';
import { Annotations } from './Annotations';
import { URGENCY } from './urgency';
import classes from './Alerts.module.css';

const ROWS = 25;

interface ActiveAlertsProps {
  rule: AlertingRule;
  alerts: readonly Alert[];
  /** The names of alerts that nobody is told of. */
  muted: ReadonlySet<string>;
  now: number;
}

export function ActiveAlerts({ rule, alerts, muted, now }: ActiveAlertsProps) {
  const [most, setMost] = useState(ROWS);
  const sorted = useMemo(() => sortAlerts(alerts), [alerts]);
  return (
    <>
      <table className={`${page.table} ${classes.instances}`} aria-label={`Active alerts of ${rule.name}`}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Labels</th>
            <th scope="col">Since</th>
            <th scope="col" className={page.number}>
              Value
            </th>
            <th scope="col">What it means</th>
            <th scope="col">Look at</th>
            <th scope="col" className={page.number}>
              Actions
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map((alert) => (
            <tr key={JSON.stringify(alert.labels)}>
              <td>
                <StateBadge urgency={URGENCY[alert.state]} text={alert.state} />
                {muted.has(seriesName(alert.labels)) && <div className={classes.soft}>muted</div>}
              </td>
              <td>
                <LabelTags labels={instanceLabels(alert.labels, rule)} />
              </td>
              <td className={page.nowrap} title={formatIso(alert.activeAt)}>
                {formatAge(now - Date.parse(alert.activeAt))}
                {alert.keepFiringSince !== undefined && <span className={classes.soft}> · resolving</span>}
              </td>
              <td className={page.number} title={alert.value}>
                {formatNumber(parseValue(alert.value))}
              </td>
              <td>
                <Annotations annotations={alert.annotations} />
              </td>
              <td>
                <AgentLogs agent={agentOf(alert.labels)} />
                <GroupPage group={alert.labels.error_group} />
              </td>
              <td className={page.number}>
                <Link
                  href={alertsLink({ tab: 'silences', silence: silenceMatchers(alert.labels) })}
                  aria-label={`Silence ${seriesName(alert.labels)}`}
                >
                  Silence
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {alerts.length > most && (
        <Button size="compact-xs" variant="default" onClick={() => setMost(alerts.length)}>
          Show all {alerts.length}
        </Button>
      )}
    </>
  );
}

function GroupPage({ group }: { group: string | undefined }) {
  if (group === undefined) return null;
  return <Link href={`/errors/${group}`}>Error</Link>;
}

function AgentLogs({ agent }: { agent: string | null }) {
  if (agent === null) return null;
  return (
    <Link href={discoverLink({ filters: [{ field: 'agent_name', negate: false, value: agent }] })}>Logs</Link>
  );
}
