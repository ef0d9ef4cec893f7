import { useCallback, useMemo, useState } from 'react';
import type { ChartSeries } from './types';

interface Hidden {
  hidden: ReadonlySet<number>;
  toggle: (index: number, only: boolean) => void;
}

/** Which series the reader has hidden: kept by name, so that a refresh that brings others keeps the choice. */
export function useHidden(series: readonly ChartSeries[]): Hidden {
  const [names, setNames] = useState<ReadonlySet<string>>(new Set());
  const hidden = useMemo(
    () => new Set(series.flatMap(({ name }, index) => (names.has(name) ? [index] : []))),
    [series, names],
  );
  const toggle = useCallback(
    (index: number, only: boolean) => {
      const name = series[index]?.name;
      if (name === undefined) return;
      setNames((now) => (only ? alone(series, name, now) : flipped(name, now)));
    },
    [series],
  );
  // When all that is left is hidden, there would be nothing to see and nothing to tell why.
  return { hidden: hidden.size === series.length ? NONE : hidden, toggle };
}

const NONE: ReadonlySet<number> = new Set();

function alone(series: readonly ChartSeries[], name: string, now: ReadonlySet<string>): ReadonlySet<string> {
  const others = series.map((each) => each.name).filter((each) => each !== name);
  const isAlone = !now.has(name) && others.every((each) => now.has(each));
  return isAlone ? new Set() : new Set(others);
}

function flipped(name: string, now: ReadonlySet<string>): ReadonlySet<string> {
  const next = new Set(now);
  if (!next.delete(name)) next.add(name);
  return next;
}
