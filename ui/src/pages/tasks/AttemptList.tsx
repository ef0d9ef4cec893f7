import type { Attempt } from '../../api/types';
import page from '../../components/Page.module.css';
import { formatDuration, formatIso } from '../../lib/time/format';
import classes from './Tasks.module.css';

/** How an attempt ends that hands its task on to parts: neither well nor badly. */
const SPLIT = 'waiting';

function outcomeOf({ state, success, error_type: error }: Attempt): string {
  if (success) return 'succeeded';
  return state === SPLIT ? 'split into parts' : (error ?? state.replaceAll('_', ' '));
}

export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <p className={page.soft}>No attempt has ended yet.</p>;
  return (
    <ol className={classes.attempts}>
      {attempts.map((attempt, index) => (
        <li key={index} data-success={attempt.state === SPLIT ? undefined : attempt.success}>
          <div className={classes.attemptHead}>
            <b>{outcomeOf(attempt)}</b>
            <span>{attempt.agent_name ?? '–'}</span>
            <span>{attempt.duration_ms === null ? '' : formatDuration(attempt.duration_ms)}</span>
            <span className={page.soft}>{formatIso(attempt.completed_at ?? attempt.created_at)}</span>
          </div>
          {attempt.error_message !== null && (
            <div className={classes.attemptError}>{attempt.error_message}</div>
          )}
        </li>
      ))}
    </ol>
  );
}
