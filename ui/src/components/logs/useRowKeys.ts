import type { KeyboardEvent } from 'react';
import type { Hit } from '../../api/types';
import { targetRow } from '../../lib/listKeys';
import { hitKey } from './hitKey';

interface RowKeys {
  hits: readonly Hit[];
  active: string | null;
  setActive: (key: string) => void;
  expanded: ReadonlySet<string>;
  toggle: (key: string) => void;
  reveal: (index: number) => void;
}

/** Arrows move, Enter opens and closes, Esc closes; keys inside an open document stay there. */
export function useRowKeys({ hits, active, setActive, expanded, toggle, reveal }: RowKeys) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = hits.findIndex((hit) => hitKey(hit) === active);
    const target = targetRow(event.key, at, hits.length);
    if (target !== null) {
      const hit = hits[target];
      if (!hit) return;
      setActive(hitKey(hit));
      reveal(target);
    } else if (
      active !== null &&
      (event.key === 'Enter' || (event.key === 'Escape' && expanded.has(active)))
    ) {
      toggle(active);
    } else return;
    event.preventDefault();
  };
}
