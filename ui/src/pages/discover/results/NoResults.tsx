import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { search } from '../../../api/logs';
import { EmptyState } from '../../../components/EmptyState';
import { formatCount } from '../../../lib/number';
import { formatTimestamp } from '../../../lib/time/format';
import { ALL_TIME, describeRange } from '../../../lib/time/range';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';

const FIRST_STEPS = (
  <>
    There are no documents here yet. Run a program with <code>swarmscope run -- COMMAND</code>, bring a file
    with <code>swarmscope import FILE</code>, point Filebeat at the Elasticsearch port, or see the demo’s
    agents with <code>swarmscope up --demo</code>.
  </>
);

/** Nothing here, but perhaps at another time: an empty page should say where to look. */
export function NoResults({ discover, data }: { discover: Discover; data: DiscoverData }) {
  const { state, actions } = discover;
  const everywhere = { query: data.scope.query, index: data.scope.index };
  const anyTime = useQuery({
    queryKey: ['logs', 'any-time', everywhere],
    queryFn: ({ signal }) => search({ ...everywhere, sort: 'desc', size: 1 }, signal),
    staleTime: 0,
  });
  const newest = anyTime.data?.hits[0]?.timestamp;
  const count = anyTime.data?.total.value ?? 0;
  const narrowed = state.query !== '' || state.filters.length > 0;
  const detail: ReactNode =
    count > 0 && newest
      ? `${formatCount(count)} documents match at other times, the newest of ${formatTimestamp(Date.parse(newest))}.`
      : narrowed
        ? 'No document matches at any time. Check the spelling of field names, or take a filter away.'
        : (anyTime.data?.left_out ?? []).length > 0
          ? 'What can be read of these indices holds no document.'
          : FIRST_STEPS;
  return (
    <EmptyState
      title={`Nothing found (${describeRange(state.range)})`}
      detail={anyTime.isPending ? ' ' : detail}
    >
      {count > 0 && <Button onClick={() => actions.search({ range: ALL_TIME })}>Search all time</Button>}
      {narrowed && (
        <Button variant="default" onClick={() => actions.search({ query: '', filters: [] })}>
          Clear query and filters
        </Button>
      )}
    </EmptyState>
  );
}
