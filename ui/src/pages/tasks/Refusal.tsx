import { ApiError } from '../../api/http';
import classes from './Tasks.module.css';

/** What the server did not take, in its own words. */
export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <p className={classes.lastError} role="alert">
      {error.message}
      {error instanceof ApiError && error.body.hint ? ` ${error.body.hint}` : ''}
    </p>
  );
}
