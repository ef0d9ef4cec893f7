import { Link } from 'wouter';
import { agentsMetricsLink } from '../../lib/agentMetrics';
import { discoverLink } from '../../lib/discoverUrl';
import { formatCount } from '../../lib/number';
import { formatDuration, formatTimestamp } from '../../lib/time/format';
import { ALL_TIME } from '../../lib/time/range';
import type { Timeline } from '../../lib/timeline';
import classes from './Correlation.module.css';
import page from '../../components/Page.module.css';

export function Summary({ id, timeline, total }: { id: string; timeline: Timeline; total: number }) {
  const { lanes, start, end, events } = timeline;
  if (events.length === 0) return null;
  const link = discoverLink({
    range: ALL_TIME,
    sort: 'asc',
    filters: [{ field: 'metadata.correlation_id', negate: false, value: id }],
  });
  const agents = lanes.map(({ agent }) => agent);
  const metrics = agentsMetricsLink(agents, start, end);
  return (
    <span role="status" className={page.nowrap}>
      <b>{formatCount(total)}</b> events · <b>{lanes.length}</b> {lanes.length === 1 ? 'agent' : 'agents'} ·{' '}
      <b>{formatDuration(end - start)}</b> <span className={page.soft}>from {formatTimestamp(start)}</span> ·{' '}
      <Link href={link} className={classes.link}>
        Open in Discover
      </Link>{' '}
      ·{' '}
      <Link href={metrics} className={classes.link} title="Metrics of these agents around that time">
        Metrics
      </Link>
    </span>
  );
}
