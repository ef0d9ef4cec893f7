import { Fragment, useMemo } from 'react';
import { hitKey } from '../../components/logs/hitKey';
import { formatDuration } from '../../lib/time/format';
import { isLongGap, type Timeline } from '../../lib/timeline';
import { TimelineRow } from './TimelineRow';
import classes from './Correlation.module.css';

interface TimelineListProps {
  timeline: Timeline;
  open: readonly string[];
  onToggle: (key: string) => void;
}

export function TimelineList({ timeline, open, onToggle }: TimelineListProps) {
  const laneOf = useMemo(() => new Map(timeline.lanes.map((lane, index) => [lane.agent, index])), [timeline]);
  return (
    <ol className={classes.list} aria-label="Events in time order">
      {timeline.events.map((event) => {
        const key = hitKey(event.hit);
        return (
          <Fragment key={key}>
            {isLongGap(event) && (
              <li className={classes.gap}>
                <span>{formatDuration(event.gapMs)} without an event</span>
              </li>
            )}
            <TimelineRow
              event={event}
              lanes={timeline.lanes}
              laneIndex={laneOf.get(event.agent) ?? 0}
              open={open.includes(key)}
              onToggle={() => onToggle(key)}
            />
          </Fragment>
        );
      })}
    </ol>
  );
}
