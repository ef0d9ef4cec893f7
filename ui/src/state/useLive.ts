import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';

const POLL_MS = 2_000;

/** Polls while the tab is visible, and keeps the last answer while the next one is on its way. */
export function useLive<T>(key: QueryKey, ask: (signal: AbortSignal) => Promise<T>, enabled = true) {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask(signal),
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: false,
    refetchOnMount: 'always',
    placeholderData: keepPreviousData,
    enabled,
  });
}
