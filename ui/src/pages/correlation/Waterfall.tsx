import { memo } from 'react';
import { Link } from 'wouter';
import type { Journey } from '../../api/journeys';
import { discoverLink } from '../../lib/discoverUrl';
import { laneColor, type Lane } from '../../lib/journey/lanes';
import { timeMarks } from '../../lib/journey/scale';
import { formatCount } from '../../lib/number';
import { formatInterval } from '../../lib/time/format';
import { SpanBar } from './SpanBar';
import classes from './Journey.module.css';

const ROW = 20;

interface WaterfallProps {
  journey: Journey;
  lanes: readonly Lane[];
  /** Spans of other tasks are drawn faintly. */
  task: string;
  onOpen: (span: number) => void;
}

/** A lane for every agent over the whole duration: who worked when, what waited, where it went wrong. */
export const Waterfall = memo(function Waterfall({ journey, lanes, task, onOpen }: WaterfallProps) {
  return (
    <section className={classes.waterfall} aria-label="Agents over time">
      {lanes.map((lane) => (
        <div key={lane.agent} className={classes.lane} style={{ '--lane-color': laneColor(lane.color) }}>
          <Link
            className={classes.laneName}
            href={discoverLink({ filters: [{ field: 'agent_name', negate: false, value: lane.agent }] })}
            title={`Logs of ${lane.agent}`}
          >
            <span className={classes.swatch} aria-hidden />
            <span className={classes.laneText}>{lane.agent}</span>
          </Link>
          <span className={classes.laneCount}>{lane.events > 0 && formatCount(lane.events)}</span>
          <div className={classes.track} style={{ height: lane.rows * ROW + 6 }}>
            {lane.spans.map((placed) => (
              <SpanBar
                key={placed.index}
                placed={placed}
                faint={task !== '' && placed.span.task_id !== task}
                onOpen={onOpen}
              />
            ))}
            {lane.ticks.map(({ at, severity }) => (
              <span
                key={at}
                className={classes.tick}
                data-severity={severity}
                style={{ left: `${at * 100}%` }}
                aria-hidden
              />
            ))}
          </div>
        </div>
      ))}
      <div className={classes.scale} aria-hidden>
        {timeMarks(journey.duration_ms).map((at) => (
          <span key={at} style={{ left: `${(at / Math.max(1, journey.duration_ms)) * 100}%` }}>
            {at === 0 ? '0' : formatInterval(at)}
          </span>
        ))}
      </div>
      <Legend />
    </section>
  );
});

function Legend() {
  const kinds = [
    ['attempt', 'attempt'],
    ['queue', 'in the queue'],
    ['backoff', 'until retry'],
    ['set_aside', 'set aside'],
    ['activity', 'events alone'],
  ] as const;
  return (
    <div className={classes.legend} aria-hidden>
      {kinds.map(([kind, text]) => (
        <span key={kind} className={classes.legendItem}>
          <span className={classes.sample} data-kind={kind} />
          {text}
        </span>
      ))}
    </div>
  );
}
