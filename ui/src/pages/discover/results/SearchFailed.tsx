import { ApiError } from '../../../api/http';
import { ErrorState } from '../../../components/ErrorState';
import type { CombinedQuery } from '../../../lib/lucene/filter';
import { textRange } from '../../../lib/utf8';
import states from '../../../components/States.module.css';
import classes from './Results.module.css';

interface SearchFailedProps {
  error: Error;
  combined: CombinedQuery;
  onRetry: () => void;
}

export function SearchFailed({ error, combined, onRetry }: SearchFailedProps) {
  const position = error instanceof ApiError ? error.body.position : undefined;
  const invalid = error instanceof ApiError && error.body.code === 'invalid_query';
  if (!invalid) {
    return (
      <ErrorState title="The search failed" error={error} action={{ label: 'Try again', run: onRetry }} />
    );
  }
  return (
    <div className={states.state}>
      {position && <MarkedQuery text={combined.text} position={position} />}
      <div>
        <ErrorState title="The query cannot be read" error={error} />
      </div>
    </div>
  );
}

/** The text as it was sent, filters included, with the fault underlined. */
function MarkedQuery({ text, position }: { text: string; position: { offset: number; length: number } }) {
  const { from, to } = textRange(text, position);
  return (
    <pre className={states.query} data-testid="faulty-query">
      {text.slice(0, from)}
      <span className={classes.fault}>{text.slice(from, to)}</span>
      {text.slice(to)}
    </pre>
  );
}
