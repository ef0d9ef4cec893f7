import { QueryClient } from '@tanstack/react-query';
import { ConnectionError } from '../api/http';
import { lostSince } from './connection';

const MAX_RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    // The server is often this very machine: what the browser thinks of the network says nothing about it.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      // A refusal will not change by asking again; a broken connection may.
      retry: (failures, error) => error instanceof ConnectionError && failures < MAX_RETRIES,
      refetchOnWindowFocus: false,
      // Every automatic refresh is a new key: keep few of the old ones in memory.
      gcTime: 30_000,
      staleTime: Infinity,
    },
  },
});

// What failed while the server was away is asked again as soon as it is back.
let wasLost = false;
lostSince.subscribe(() => {
  const lost = lostSince.get() !== null;
  if (wasLost && !lost) void queryClient.invalidateQueries();
  wasLost = lost;
});
