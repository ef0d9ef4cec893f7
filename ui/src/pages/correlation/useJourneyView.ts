import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { formatJourneyView, parseJourneyView, type JourneyView } from '../../lib/journey/view';

/** What is shown, from the URL and into it. */
export function useJourneyView(): [JourneyView, (patch: Partial<JourneyView>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const view = useMemo(() => parseJourneyView(search), [search]);
  const change = useCallback(
    (patch: Partial<JourneyView>) => {
      const next = formatJourneyView({ ...parseJourneyView(window.location.search), ...patch });
      navigate(next === '' ? path : `${path}?${next}`, { replace: true });
    },
    [path, navigate],
  );
  return [view, change];
}
