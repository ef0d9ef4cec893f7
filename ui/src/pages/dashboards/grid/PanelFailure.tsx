import { ApiError } from '../../../api/http';
import type { TargetFault } from '../state/targets';
import classes from './Grid.module.css';

interface PanelFailureProps {
  title?: string;
  faults: readonly TargetFault[];
}

/** What was asked and what was said to it, in the place of the picture. */
export function PanelFailure({ title = 'The query of this panel failed.', faults }: PanelFailureProps) {
  return (
    <div className={classes.failure} role="alert" tabIndex={0}>
      <p className={classes.failureTitle}>{title}</p>
      {faults.map(({ refId, query, error }) => (
        <div key={`${refId}\n${query}`}>
          <p>
            {refId !== '' && `Query ${refId}: `}
            {error.message}
            {error instanceof ApiError && error.body.hint !== undefined && ` ${error.body.hint}`}
          </p>
          {query !== '' && <pre className={classes.query}>{query}</pre>}
        </div>
      ))}
    </div>
  );
}
