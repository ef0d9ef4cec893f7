import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { patterns } from '../../../api/patterns';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';

/** As many as a person looks through; the others are counted. */
const MOST = 200;

export function usePatterns({ state, asOf }: Discover, { scope }: DiscoverData) {
  const { patternOrder } = state;
  return useQuery({
    queryKey: ['logs', 'patterns', scope, patternOrder, asOf],
    queryFn: ({ signal }) => patterns(scope, patternOrder, MOST, signal),
    placeholderData: keepPreviousData,
  });
}
