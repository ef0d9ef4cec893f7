import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fields, histogram, search } from '../../../api/logs';
import type { Hit, LogScope } from '../../../api/types';
import { combine } from '../../../lib/lucene/filter';
import { resolveRange } from '../../../lib/time/range';
import { useAutoRefresh } from '../../../state/useAutoRefresh';
import type { Discover } from './useDiscoverState';

const PAGE_SIZE = 100;
const BUCKETS = 80;

export function useDiscoverData({ state, asOf, actions }: Discover) {
  const { query, filters, index, range, sort, live, refresh, view } = state;
  const sent = useMemo(() => combine(query, filters), [query, filters]);
  const scope = useMemo<LogScope>(
    () => ({ query: sent, index, ...resolveRange(range, asOf) }),
    [sent, index, range, asOf],
  );
  const shown = !live && view === 'documents';
  useAutoRefresh(live ? 0 : refresh, actions.refresh);

  const page = useInfiniteQuery({
    // A fixed range asked again is a new question: documents may have arrived in it.
    queryKey: ['logs', 'search', scope, sort, asOf],
    queryFn: ({ pageParam, signal }) =>
      search({ ...scope, sort, size: PAGE_SIZE, after: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    enabled: shown,
  });
  const counts = useQuery({
    queryKey: ['logs', 'histogram', scope, asOf],
    queryFn: ({ signal }) => histogram(scope, BUCKETS, signal),
    placeholderData: keepPreviousData,
    enabled: shown,
  });
  const known = useQuery({
    queryKey: ['logs', 'fields', index],
    queryFn: ({ signal }) => fields(index, signal),
    placeholderData: keepPreviousData,
    // New agents bring new fields; they need not show within the second.
    staleTime: 30_000,
  });

  const hits = useMemo<Hit[]>(() => page.data?.pages.flatMap((each) => each.hits) ?? [], [page.data]);
  return { scope, page, counts, fields: known, hits };
}

export type DiscoverData = ReturnType<typeof useDiscoverData>;
