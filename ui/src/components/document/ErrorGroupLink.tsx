import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { errorGroupOf } from '../../api/errors';
import { ApiError } from '../../api/http';
import type { Hit } from '../../api/types';
import { errorsLike, errorsOf } from '../../lib/errorsOf';
import { errorLink } from '../../lib/errorsUrl';

/** An error is grouped within seconds of its arrival; beyond that the list of errors has to do. */
const LOOKS = 5;
const PAUSE_MS = 1_000;

/** From an error to the group that counts it; until there is one, to the list that it will be in. */
export function ErrorGroupLink({ hit }: { hit: Hit }) {
  const list = errorsOf(hit.source);
  const { data } = useQuery({
    queryKey: ['error-of', hit.index, hit.id],
    queryFn: ({ signal }) => errorGroupOf(hit.index, hit.id, signal),
    enabled: list !== null,
    refetchOnMount: 'always',
    retry: (count, error) => error instanceof ApiError && error.status === 404 && count < LOOKS,
    retryDelay: PAUSE_MS,
  });
  if (list === null) return null;
  if (!data) return <Link href={list}>Errors like this</Link>;
  return (
    <Link href={errorLink(data.group.id)} title={data.group.title}>
      {errorsLike(data.group)}
    </Link>
  );
}
