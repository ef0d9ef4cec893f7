import type { KeyboardEvent } from 'react';
import type { Hit } from '../../api/types';
import { hitKey } from './hitKey';

interface RowKeys {
  hits: readonly Hit[];
  active: string | null;
  setActive: (key: string) => void;
  expanded: ReadonlySet<string>;
  toggle: (key: string) => void;
  reveal: (index: number) => void;
}

const PAGE = 15;

/** Arrows move, Enter opens and closes, Esc closes; keys inside an open document stay there. */
export function useRowKeys({ hits, active, setActive, expanded, toggle, reveal }: RowKeys) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = hits.findIndex((hit) => hitKey(hit) === active);
    const target = targetIndex(event.key, at, hits.length);
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

function targetIndex(key: string, at: number, count: number): number | null {
  const clamp = (index: number) => Math.min(count - 1, Math.max(0, index));
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
      return count - 1;
    default:
      return null;
  }
}
