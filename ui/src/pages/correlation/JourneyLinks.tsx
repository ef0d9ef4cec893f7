import { Link } from 'wouter';
import { journeyUrl, type Journey } from '../../api/journeys';
import { agentsMetricsLink } from '../../lib/agentMetrics';
import { discoverLink } from '../../lib/discoverUrl';
import { ALL_TIME } from '../../lib/time/range';
import classes from './Journey.module.css';

/** Where the journey goes on: its documents, its agents' metrics, a file of it. */
export function JourneyLinks({ journey }: { journey: Journey }) {
  const { correlation_id: id, agents, started_at, ended_at } = journey;
  const documents = discoverLink({
    range: ALL_TIME,
    sort: 'asc',
    filters: [{ field: 'metadata.correlation_id', negate: false, value: id }],
  });
  const names = agents.map(({ name }) => name);
  const metrics = agentsMetricsLink(names, Date.parse(started_at), Date.parse(ended_at));
  return (
    <span className={classes.links}>
      <Link href={documents}>Open in Discover</Link>
      <Link href={metrics} title="Metrics of these agents around that time">
        Metrics
      </Link>
      <a href={journeyUrl(id)} download={`journey-${id.replace(/[^\w.-]/g, '_')}.json`}>
        Download JSON
      </a>
    </span>
  );
}
