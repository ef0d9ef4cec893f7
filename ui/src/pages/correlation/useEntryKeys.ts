import type { KeyboardEvent } from 'react';
import type { KeyedEntry } from '../../lib/journey/entries';
import { targetRow } from '../../lib/listKeys';

interface EntryKeys {
  entries: readonly KeyedEntry[];
  active: string | null;
  setActive: (key: string) => void;
  open: readonly string[];
  toggle: (key: string) => void;
  reveal: (index: number) => void;
}

/** Arrows move, Enter opens and closes, Esc closes, `e` goes on to the next error. */
export function useEntryKeys({ entries, active, setActive, open, toggle, reveal }: EntryKeys) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = entries.findIndex(({ key }) => key === active);
    const target = targetEntry(event.key, at, entries);
    if (target !== null) {
      const entry = entries[target];
      if (!entry) return;
      setActive(entry.key);
      reveal(target);
    } else if (
      active !== null &&
      (event.key === 'Enter' || (event.key === 'Escape' && open.includes(active)))
    ) {
      toggle(active);
    } else return;
    event.preventDefault();
  };
}

function targetEntry(key: string, at: number, entries: readonly KeyedEntry[]): number | null {
  if (key !== 'e') return targetRow(key, at, entries.length);
  const next = entries.findIndex(({ entry }, index) => index > at && entry.kind === 'error');
  return next === -1 ? null : next;
}
