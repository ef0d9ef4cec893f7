import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { formatView, parseView, type DashboardView } from '../../../lib/dashboard/dashboardUrl';
import type { Dashboard } from '../../../lib/dashboard/model/types';
import { parseDuration } from '../../../lib/dashboard/time/duration';
import type { FixedRange } from '../../../lib/dashboard/time/interval';
import { fixRange } from '../../../lib/dashboard/time/range';
import type { TimeRange } from '../../../lib/time/range';

export interface DashboardActions {
  refresh: () => void;
  setRange: (range: TimeRange) => void;
  setRefresh: (seconds: number) => void;
  setVariable: (name: string, values: readonly string[]) => void;
  /** Shows one panel alone, or all of them again. */
  viewPanel: (key: string) => void;
  toggleRow: (key: string) => void;
}

export interface DashboardState {
  view: DashboardView;
  /** As it is written: relative ends stay relative. */
  time: TimeRange;
  /** The same as instants, counted from `asOf`. */
  range: FixedRange;
  asOf: number;
  /** Seconds between automatic refreshes; 0 means off. */
  refreshSeconds: number;
  actions: DashboardActions;
}

/** The URL, filled up with what the file says. */
export function useDashboardView(path: string, file: Dashboard | undefined): DashboardState {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [asOf, setAsOf] = useState(() => Date.now());
  const view = useMemo(() => parseView(search), [search]);
  const from = view.from || (file?.from ?? 'now-6h');
  const to = view.to || (file?.to ?? 'now');
  const range = useMemo(() => fixRange(from, to, asOf), [from, to, asOf]);
  const time = useMemo(() => ({ from, to }), [from, to]);

  /** Reads the URL itself: handlers in long-lived charts must not write back an older state. */
  const change = useCallback(
    (edit: (current: DashboardView) => Partial<DashboardView>, replace = false) => {
      const current = parseView(window.location.search);
      const next = formatView({ ...current, ...edit(current) });
      navigate(next === '' ? path : `${path}?${next}`, { replace });
    },
    [navigate, path],
  );

  const actions = useMemo<DashboardActions>(() => {
    const refresh = () => setAsOf(Date.now());
    return {
      refresh,
      setRange: (next) => {
        refresh();
        change(() => next);
      },
      setRefresh: (seconds) => change(() => ({ refresh: seconds === 0 ? 'off' : `${seconds}s` }), true),
      setVariable: (name, values) =>
        change(({ variables }) => ({ variables: new Map(variables).set(name, [...values]) })),
      viewPanel: (key) => change(() => ({ viewPanel: key })),
      toggleRow: (key) =>
        change(
          ({ toggledRows }) => ({
            toggledRows: toggledRows.includes(key)
              ? toggledRows.filter((each) => each !== key)
              : [...toggledRows, key],
          }),
          true,
        ),
    };
  }, [change]);

  const refreshSeconds = secondsOf(view.refresh === '' ? (file?.refresh ?? '') : view.refresh);
  return { view, time, range, asOf, refreshSeconds, actions };
}

/** Every two seconds is as fast as a page may be: each refresh asks for every panel. */
const LEAST_SECONDS = 2;

function secondsOf(text: string): number {
  const ms = text === '' || text === 'off' ? null : parseDuration(text);
  return ms === null || ms === 0 ? 0 : Math.max(LEAST_SECONDS, ms / 1_000);
}
