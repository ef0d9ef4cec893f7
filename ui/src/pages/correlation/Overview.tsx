import { Link } from 'wouter';
import { discoverLink } from '../../lib/discoverUrl';
import { stringField } from '../../lib/flatten';
import { formatCount } from '../../lib/number';
import { severityGroup } from '../../lib/severity';
import { formatDuration } from '../../lib/time/format';
import { laneColor, type Lane, type Timeline, type TimelineEvent } from '../../lib/timeline';
import classes from './Correlation.module.css';

/** One line an agent over the whole duration: who worked when, and where it went wrong. */
export function Overview({ timeline }: { timeline: Timeline }) {
  const { lanes, events, start, end } = timeline;
  const span = Math.max(1, end - start);
  return (
    <section className={classes.overview} aria-label="Agents over time">
      {lanes.map((lane) => (
        <OverviewLane
          key={lane.agent}
          lane={lane}
          events={events.filter((event) => event.agent === lane.agent)}
          start={start}
          span={span}
        />
      ))}
      <div className={classes.scale} aria-hidden>
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part} style={{ left: `${part * 100}%` }}>
            {part === 0 ? '0' : formatDuration(span * part)}
          </span>
        ))}
      </div>
    </section>
  );
}

interface OverviewLaneProps {
  lane: Lane;
  events: readonly TimelineEvent[];
  start: number;
  span: number;
}

function OverviewLane({ lane, events, start, span }: OverviewLaneProps) {
  const left = (at: number) => `${((at - start) / span) * 100}%`;
  return (
    <div className={classes.lane} style={{ '--lane-color': laneColor(lane) }}>
      <Link
        className={classes.laneName}
        href={discoverLink({ filters: [{ field: 'agent_name', negate: false, value: lane.agent }] })}
        title={`Logs of ${lane.agent}`}
      >
        <span className={classes.swatch} aria-hidden />
        {lane.agent}
      </Link>
      <span className={classes.laneCount}>{formatCount(lane.count)}</span>
      <div className={classes.track} aria-hidden>
        <span
          className={classes.span}
          style={{ left: left(lane.first), width: `${((lane.last - lane.first) / span) * 100}%` }}
        />
        {events.map(({ hit, at }) => (
          <span
            key={`${hit.index}/${hit.id}`}
            className={classes.tick}
            data-severity={severityGroup(stringField(hit.source, 'severity'))}
            style={{ left: left(at) }}
            title={stringField(hit.source, 'message')}
          />
        ))}
      </div>
    </div>
  );
}
