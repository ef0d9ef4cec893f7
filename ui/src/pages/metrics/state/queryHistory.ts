import { createStore } from '../../../state/store';
import { withRecent } from '../../../lib/promql/recent';

const KEY = 'swarmscope.metrics.history';

/** What was run in this browser, the latest first. */
export const queryHistory = createStore<readonly string[]>(load());

export function remember(expressions: readonly string[]): void {
  const next = expressions.reduce(withRecent, queryHistory.get());
  queryHistory.set(next);
  save(next);
}

export function forgetAll(): void {
  queryHistory.set([]);
  save([]);
}

function load(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
  } catch {
    // Blocked or broken storage costs the history, nothing else.
    return [];
  }
}

function save(list: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // As above: it lives on until the page is closed.
  }
}
