import { ApiError } from '../../../api/http';
import type { BytePosition } from '../../../api/types';
import { ErrorState } from '../../../components/ErrorState';
import { textRange } from '../../../lib/utf8';
import states from '../../../components/States.module.css';
import classes from './Results.module.css';

interface SearchFailedProps {
  error: Error;
  query: string;
  onRetry: () => void;
}

export function SearchFailed({ error, query, onRetry }: SearchFailedProps) {
  const position = error instanceof ApiError ? error.body.position : undefined;
  const invalid = error instanceof ApiError && error.body.code === 'invalid_query';
  if (!invalid) {
    return (
      <ErrorState title="The search failed" error={error} action={{ label: 'Try again', run: onRetry }} />
    );
  }
  return (
    <ErrorState title="The query cannot be read" error={error}>
      {position && <MarkedQuery text={query} position={position} />}
    </ErrorState>
  );
}

/** The text as it was sent, filters included, with the fault underlined. */
function MarkedQuery({ text, position }: { text: string; position: BytePosition }) {
  const { from, to } = textRange(text, position);
  return (
    <pre className={states.query} data-testid="faulty-query">
      {text.slice(0, from)}
      <span className={classes.fault}>{text.slice(from, to)}</span>
      {text.slice(to)}
    </pre>
  );
}
