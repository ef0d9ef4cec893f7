import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../../api/http';
import { journey, type Journey } from '../../api/journeys';

const POLL_MS = 3_000;
/** After its end something may still arrive: lines on their way, the orchestrator's last word. */
const SETTLED_MS = 30_000;
/** A long one is not asked for again by itself: it would be megabytes every time. */
const MOST_WATCHED = 2_000;

/** The journey, watched while it goes on. */
export function useJourney(id: string) {
  return useQuery({
    queryKey: ['journey', id],
    queryFn: ({ signal }) => journey(id, signal),
    refetchInterval: ({ state }) => (goesOn(state.data) ? POLL_MS : false),
    refetchOnMount: 'always',
    // An id that nobody knows is an answer, not a failure to ask.
    retry: (count, error) => !(error instanceof ApiError) && count < 2,
  });
}

function goesOn(data: Journey | undefined): boolean {
  if (!data || data.entries.length > MOST_WATCHED) return false;
  if (data.outcome === 'running' || data.outcome === 'waiting') return true;
  return Date.now() - Date.parse(data.ended_at) < SETTLED_MS;
}
