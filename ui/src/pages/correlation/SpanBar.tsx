import type { JourneySpan } from '../../api/journeys';
import type { PlacedSpan } from '../../lib/journey/lanes';
import { formatDuration } from '../../lib/time/format';
import classes from './Journey.module.css';

const ROW = 20;

interface SpanBarProps {
  placed: PlacedSpan;
  faint: boolean;
  onOpen: (span: number) => void;
}

/** One stretch of time. A button, so that a keyboard reaches it; what it is stands in its name. */
export function SpanBar({ placed, faint, onOpen }: SpanBarProps) {
  const { span, index, row, from, to } = placed;
  const style = { left: `${from * 100}%`, width: `${(to - from) * 100}%`, top: row * ROW + 3 };
  const words = describe(span);
  if (span.kind === 'activity') {
    return <span className={classes.bar} data-kind="activity" style={style} title={words} />;
  }
  const failed = span.outcome !== undefined && span.outcome !== 'completed';
  return (
    <button
      type="button"
      className={classes.bar}
      data-kind={span.kind}
      data-failed={failed}
      data-open={span.open === true}
      data-slowest={span.slowest === true}
      data-faint={faint}
      style={style}
      title={words}
      aria-label={words}
      onClick={() => onOpen(index)}
    >
      {span.slowest && <span className={classes.slowest}>slowest</span>}
    </button>
  );
}

function describe(span: JourneySpan): string {
  const took = formatDuration(span.duration_ms) + (span.open ? ' so far' : '');
  const task = [span.task_type, span.task_id].filter(Boolean).join(' ');
  switch (span.kind) {
    case 'attempt': {
      const ended = span.outcome ?? 'under way';
      const why = span.error_message ? `: ${span.error_message}` : '';
      return `Attempt ${span.attempt ?? 1} at ${task}, ${ended}, ${took}${why}`;
    }
    case 'queue':
      return `${task} waits in the queue, ${took}`;
    case 'backoff':
      return task === ''
        ? `Waits to try again, ${took}`
        : `${task} waits for attempt ${span.attempt ?? 2}, ${took}`;
    case 'set_aside':
      return `${task} is set aside, ${took}`;
    default:
      return `From the first to the last event of ${span.agent ?? 'an agent'}, ${took}`;
  }
}
