import { useState } from 'react';
import { Link } from 'wouter';
import type { Target } from '../../api/prometheusTypes';
import page from '../../components/Page.module.css';
import { StateBadge } from '../../components/StateMark';
import { discoverLink } from '../../lib/discoverUrl';
import { metricsLink } from '../../lib/metricsUrl';
import { seriesName } from '../../lib/promql/seriesName';
import { agentOf, scrapedAt } from '../../lib/targets';
import { formatAge, formatTimestamp } from '../../lib/time/format';
import { formatValue } from '../../lib/units/units';
import { LabelTags } from '../../components/LabelTags';
import { URGENCY } from './urgency';
import classes from './Targets.module.css';

export function TargetRow({ target, now }: { target: Target; now: number }) {
  const [open, setOpen] = useState(false);
  const { health, labels, lastError } = target;
  const at = scrapedAt(target);
  const agent = agentOf(labels);
  const { job = '', instance = '' } = labels;
  return (
    <>
      <tr className={classes.row} data-health={health} data-target={instance}>
        <th scope="row" className={classes.url}>
          <span className={page.mono}>{target.scrapeUrl}</span>
        </th>
        <td>
          <StateBadge urgency={URGENCY[health]} text={health} />
        </td>
        <td>
          <LabelTags labels={labels} />{' '}
          <button
            type="button"
            className={classes.discovered}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Hide what was discovered' : 'Discovered labels'}
          </button>
        </td>
        <td className={page.nowrap} title={at === null ? undefined : formatTimestamp(at)}>
          {at === null ? 'never' : `${formatAge(now - at)} ago`}
          <span className={page.soft}> · every {target.scrapeInterval}</span>
        </td>
        <td className={`${page.number} ${page.nowrap}`}>
          {at === null ? '–' : formatValue(target.lastScrapeDuration, 's')}
        </td>
        <td className={page.nowrap}>
          <Link href={metricsLink(seriesName({ job, instance }), { view: 'table' })}>Metrics</Link>
          {agent !== null && (
            <>
              {' · '}
              <Link href={discoverLink({ filters: [{ field: 'agent_name', negate: false, value: agent }] })}>
                Logs
              </Link>
            </>
          )}
        </td>
      </tr>
      {lastError !== '' && (
        <tr className={classes.note}>
          <td colSpan={6} className={classes.error}>
            {lastError}
          </td>
        </tr>
      )}
      {open && (
        <tr className={classes.note}>
          <td colSpan={6}>
            <LabelTags labels={target.discoveredLabels} />
          </td>
        </tr>
      )}
    </>
  );
}
