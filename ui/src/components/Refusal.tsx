import { ApiError } from '../api/http';
import classes from './Refusal.module.css';

/** Why the server did not do what it was asked, in its own words. */
export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null;
  const hint = error instanceof ApiError ? error.body.hint : undefined;
  return (
    <p className={classes.refusal} role="alert">
      {error.message}
      {hint && <span className={classes.hint}>{hint}</span>}
    </p>
  );
}
