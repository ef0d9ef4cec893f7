import { ApiError } from '../../api/http';
import classes from './Errors.module.css';

/** What the server refused, with what to do next. */
export function Refusal({ error }: { error: Error }) {
  return (
    <p className={classes.refusal} role="alert">
      {error.message}
      {error instanceof ApiError && error.body.hint ? ` ${error.body.hint}` : ''}
    </p>
  );
}
