import type { Journey, Outcome } from '../../api/journeys';
import { StateBadge, type Urgency } from '../../components/StateMark';
import page from '../../components/Page.module.css';
import { formatDuration, formatIso } from '../../lib/time/format';
import { formatCount } from '../../lib/number';
import classes from './Journey.module.css';

const URGENCY: Record<Outcome, Urgency> = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'unknown',
  running: 'waiting',
  waiting: 'waiting',
  unknown: 'unknown',
};

/** The story in one line, where it was slowest, and what to know when it is read. */
export function Summary({ journey }: { journey: Journey }) {
  const { outcome, summary, slowest, started_at, agents, truncated } = journey;
  const wrong = agents.filter(({ clock_ahead_ms }) => clock_ahead_ms !== undefined);
  return (
    <section className={classes.summary} aria-label="Summary">
      <p className={classes.line} role="status">
        <StateBadge urgency={URGENCY[outcome]} text={outcome} />
        <span>{summary}</span>
      </p>
      <p className={page.soft}>
        from {formatIso(started_at)}
        {slowest && (
          <>
            {' '}
            · slowest: {slowest.step}, <b>{formatDuration(slowest.duration_ms)}</b> (
            {Math.round(slowest.share * 100)} %)
          </>
        )}
      </p>
      {wrong.map(({ name, clock_ahead_ms: ahead = 0 }) => (
        <p key={name} className={page.soft}>
          The clock of {name} is {formatDuration(Math.abs(ahead))} {ahead > 0 ? 'ahead' : 'behind'}; its times
          are corrected.
        </p>
      ))}
      {truncated.map(({ what, shown, total, reason }) => (
        <p key={what} className={classes.incomplete}>
          Incomplete: {total > 0 && `${formatCount(shown)} of ${formatCount(total)} `}
          {what}: {reason}
        </p>
      ))}
    </section>
  );
}
