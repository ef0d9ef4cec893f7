import type { KeyboardEvent } from 'react';
import type { KeyedEntry } from '../../lib/journey/entries';

interface EntryKeys {
  entries: readonly KeyedEntry[];
  active: string | null;
  setActive: (key: string) => void;
  open: readonly string[];
  toggle: (key: string) => void;
  reveal: (index: number) => void;
}

const PAGE = 15;

/** Arrows move, Enter opens and closes, Esc closes, `e` goes on to the next error. */
export function useEntryKeys({ entries, active, setActive, open, toggle, reveal }: EntryKeys) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = entries.findIndex(({ key }) => key === active);
    const target = targetIndex(event.key, at, entries);
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

function targetIndex(key: string, at: number, entries: readonly KeyedEntry[]): number | null {
  const clamp = (index: number) => Math.min(entries.length - 1, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
      return clamp(at + 1);
    case 'ArrowUp':
      return clamp(at - 1);
    case 'PageDown':
      return clamp(at + PAGE);
    case 'PageUp':
      return clamp(at - PAGE);
    case 'Home':
      return 0;
    case 'End':
      return entries.length - 1;
    case 'e': {
      const isError = ({ entry }: KeyedEntry) => entry.kind === 'error';
      const next = entries.findIndex((entry, index) => index > at && isError(entry));
      return next === -1 ? null : next;
    }
    default:
      return null;
  }
}
