import type { ErrorGroup } from '../api/errors';
import type { JsonObject } from '../api/types';
import { errorsLink } from './errorsUrl';
import { fieldValue } from './flatten';
import { formatCount } from './number';
import { severityGroup } from './severity';

/** Where the groups of an error's document are listed; null for documents that are no error. */
export function errorsOf(source: JsonObject): string | null {
  const severity = fieldValue(source, 'severity');
  const group = typeof severity === 'string' ? severityGroup(severity) : 'OTHER';
  if (group !== 'ERROR' && group !== 'CRITICAL') return null;
  const correlation = fieldValue(source, 'metadata.correlation_id');
  const type = fieldValue(source, 'metadata.exception.type');
  return errorsLink({
    state: '',
    since: 'now-30d',
    ...(typeof correlation === 'string' && { correlation }),
    ...(typeof type === 'string' && { type }),
  });
}

/** A group in the words of a link to it: how many there are, and whether anybody has to care. */
export function errorsLike({ count, state, regressed_at: back }: ErrorGroup): string {
  const many = count === 1 ? 'The only error like this' : `${formatCount(count)} errors like this`;
  if (state !== 'open') return `${many}, ${state}`;
  return back === null ? many : `${many}, came back`;
}
