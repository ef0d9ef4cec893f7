import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { search } from '../../api/logs';
import { quote } from '../../lib/lucene/escape';
import { buildTimeline } from '../../lib/timeline';

const PAGE_SIZE = 500;
const POLL_MS = 3_000;

/** All of one correlation id at any time in any index; a short one is watched while it grows. */
export function useCorrelation(id: string) {
  const pages = useInfiniteQuery({
    queryKey: ['correlation', id],
    queryFn: ({ pageParam, signal }) =>
      search(
        {
          query: correlationQuery(id),
          index: '',
          sort: 'asc',
          size: PAGE_SIZE,
          after: pageParam ?? undefined,
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? POLL_MS : false),
    refetchOnMount: 'always',
  });
  const timeline = useMemo(
    () => buildTimeline(pages.data?.pages.flatMap((page) => page.hits) ?? []),
    [pages.data],
  );
  return { pages, timeline, total: pages.data?.pages[0]?.total };
}

/** Agents of ours nest it under the metadata, foreign programs have it at the top. */
function correlationQuery(id: string): string {
  const value = quote(id);
  return `metadata.correlation_id.keyword:${value} OR correlation_id.keyword:${value}`;
}
