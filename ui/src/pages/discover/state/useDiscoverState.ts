import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { sameFilter, type Filter } from '../../../lib/lucene/filter';
import { DEFAULT_COLUMNS, formatState, parseState, type DiscoverState } from '../../../lib/discoverUrl';

export interface DiscoverActions {
  /** A new search: one step in the browser's history, asked as of now. */
  search: (patch: Partial<DiscoverState>) => void;
  refresh: () => void;
  /** How often to refresh by itself, in seconds. */
  setRefresh: (seconds: number) => void;
  addFilter: (filter: Filter) => void;
  removeFilter: (filter: Filter) => void;
  toggleColumn: (name: string) => void;
  toggleExpanded: (key: string) => void;
}

export interface Discover {
  state: DiscoverState;
  /** The instant that relative times are counted from. */
  asOf: number;
  actions: DiscoverActions;
}

export function useDiscoverState(): Discover {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [asOf, setAsOf] = useState(() => Date.now());
  const state = useMemo(() => parseState(search), [search]);

  /** Reads the URL itself: handlers in long-lived widgets must not write back an older state. */
  const change = useCallback(
    (edit: (current: DiscoverState) => Partial<DiscoverState>, replace: boolean) => {
      const current = parseState(window.location.search);
      const next = formatState({ ...current, ...edit(current) });
      navigate(next === '' ? '/discover' : `/discover?${next}`, { replace });
    },
    [navigate],
  );

  const actions = useMemo<DiscoverActions>(() => {
    const refresh = () => setAsOf(Date.now());
    return {
      refresh,
      setRefresh: (seconds) => change(() => ({ refresh: seconds }), true),
      search: (patch) => {
        refresh();
        change(() => ({ expanded: [], ...patch }), false);
      },
      addFilter: (filter) => {
        refresh();
        change(({ filters }) => ({ expanded: [], filters: withFilter(filters, filter) }), false);
      },
      removeFilter: (filter) => {
        refresh();
        change(({ filters }) => ({ filters: filters.filter((each) => !sameFilter(each, filter)) }), false);
      },
      toggleColumn: (name) => change(({ columns }) => ({ columns: toggledColumns(columns, name) }), true),
      toggleExpanded: (key) => change(({ expanded }) => ({ expanded: toggled(expanded, key) }), true),
    };
  }, [change]);

  return { state, asOf, actions };
}

/** The opposite filter on the same value would leave nothing: the newer one replaces it. */
function withFilter(filters: readonly Filter[], filter: Filter): Filter[] {
  const opposite = { ...filter, negate: !filter.negate };
  return [...filters.filter((each) => !sameFilter(each, filter) && !sameFilter(each, opposite)), filter];
}

/** New columns go before the message, which takes the rest of the width. */
function toggledColumns(columns: readonly string[], name: string): string[] {
  if (columns.includes(name)) {
    const rest = columns.filter((each) => each !== name);
    return rest.length > 0 ? rest : [...DEFAULT_COLUMNS];
  }
  const last = columns.at(-1);
  return last === 'message' ? [...columns.slice(0, -1), name, last] : [...columns, name];
}

function toggled(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
}
