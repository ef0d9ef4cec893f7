import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import {
  formatMetricsState,
  parseMetricsState,
  type MetricsState,
  type QueryEntry,
} from '../../../lib/metricsUrl';
import { remember } from './queryHistory';

export interface MetricsActions {
  setDraft: (index: number, text: string) => void;
  /** Asks for what stands in the rows, as of now; one step in the browser's history. */
  run: (patch?: { index: number; text: string }) => void;
  refresh: () => void;
  addRow: () => void;
  removeRow: (index: number) => void;
  toggleRow: (index: number) => void;
  /** A choice that needs no new question of its own. */
  choose: (patch: Partial<MetricsState>) => void;
}

export interface Metrics {
  state: MetricsState;
  /** What stands in the rows and may not have been run yet. */
  drafts: readonly string[];
  /** The instant that relative times are counted from. */
  asOf: number;
  actions: MetricsActions;
}

export function useMetricsState(): Metrics {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [asOf, setAsOf] = useState(() => Date.now());
  const state = useMemo(() => parseMetricsState(search), [search]);
  const [drafts, setDrafts] = useDrafts(state.queries);

  const go = useCallback(
    (patch: Partial<MetricsState>, replace = false) => {
      const next = formatMetricsState({ ...parseMetricsState(window.location.search), ...patch });
      navigate(next === '' ? '/metrics' : `/metrics?${next}`, { replace });
    },
    [navigate],
  );

  const actions = useMemo<MetricsActions>(() => {
    const written = () =>
      state.queries.map((entry, index) => ({ ...entry, expr: (drafts[index] ?? '').trim() }));
    const commit = (queries: QueryEntry[]) => go({ queries: queries.length > 0 ? queries : [BLANK] });
    return {
      setDraft: (index, text) => setDrafts(drafts.map((each, at) => (at === index ? text : each))),
      run: (patch) => {
        const queries = written().map((each, at) =>
          at === patch?.index ? { on: true, expr: patch.text.trim() } : each,
        );
        remember(queries.map(({ expr }) => expr));
        setAsOf(Date.now());
        commit(queries);
      },
      refresh: () => setAsOf(Date.now()),
      addRow: () => commit([...written(), BLANK]),
      removeRow: (index) => commit(written().filter((_, at) => at !== index)),
      toggleRow: (index) =>
        commit(written().map((each, at) => (at === index ? { ...each, on: !each.on } : each))),
      choose: (patch) => go(patch, patch.range === undefined),
    };
  }, [state, drafts, setDrafts, go]);

  return { state, drafts, asOf, actions };
}

const BLANK: QueryEntry = { expr: '', on: true };

interface Drafts {
  /** The queries that they began from. */
  key: string;
  drafts: readonly string[];
}

/** Back, forward and links change the queries from outside: they win over unfinished drafts. */
function useDrafts(queries: readonly QueryEntry[]): [readonly string[], (drafts: readonly string[]) => void] {
  const key = JSON.stringify(queries.map(({ expr }) => expr));
  const [edit, setEdit] = useState<Drafts>(() => ({ key, drafts: queries.map(({ expr }) => expr) }));
  const current = edit.key === key ? edit : { key, drafts: queries.map(({ expr }) => expr) };
  if (current !== edit) setEdit(current);
  const set = useCallback((drafts: readonly string[]) => setEdit((now) => ({ ...now, drafts })), []);
  return [current.drafts, set];
}
