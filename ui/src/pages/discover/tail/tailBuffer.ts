import type { Hit } from '../../../api/types';

/** What a person can scroll through; the rest is a search away. */
export const TAIL_LIMIT = 2_000;

export interface Tail {
  /** What the table shows, oldest first. */
  shown: Hit[];
  /** What arrived while the table was held still. */
  waiting: Hit[];
  /** Documents the server left out because too many came at once. */
  skipped: number;
  /** All that arrived since the tail began. */
  received: number;
  frozen: boolean;
}

export const EMPTY_TAIL: Tail = { shown: [], waiting: [], skipped: 0, received: 0, frozen: false };

export type TailEvent =
  | { type: 'hits'; hits: readonly Hit[] }
  | { type: 'lagged'; skipped: number }
  | { type: 'freeze'; frozen: boolean }
  | { type: 'clear' };

export function tailReducer(tail: Tail, event: TailEvent): Tail {
  switch (event.type) {
    case 'hits': {
      const received = tail.received + event.hits.length;
      return tail.frozen
        ? { ...tail, received, waiting: newest([...tail.waiting, ...event.hits]) }
        : { ...tail, received, shown: newest([...tail.shown, ...event.hits]) };
    }
    case 'lagged':
      return { ...tail, skipped: tail.skipped + event.skipped };
    case 'freeze':
      return event.frozen
        ? { ...tail, frozen: true }
        : { ...tail, frozen: false, shown: newest([...tail.shown, ...tail.waiting]), waiting: [] };
    case 'clear':
      return { ...EMPTY_TAIL, frozen: tail.frozen };
  }
}

function newest(hits: Hit[]): Hit[] {
  return hits.length > TAIL_LIMIT ? hits.slice(-TAIL_LIMIT) : hits;
}
