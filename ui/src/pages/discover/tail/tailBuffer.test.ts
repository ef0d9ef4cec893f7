import { expect, it } from 'vitest';
import type { Hit } from '../../../api/types';
import { EMPTY_TAIL, TAIL_LIMIT, tailReducer } from './tailBuffer';

const hits = (from: number, count: number): Hit[] =>
  Array.from({ length: count }, (_, at) => ({
    index: 'i',
    id: String(from + at),
    sequence: from + at,
    timestamp: null,
    source: {},
  }));

it('keeps the newest and never more than the limit', () => {
  const tail = tailReducer(EMPTY_TAIL, { type: 'hits', hits: hits(0, TAIL_LIMIT + 5) });
  expect(tail.shown).toHaveLength(TAIL_LIMIT);
  expect(tail.shown.at(-1)?.sequence).toBe(TAIL_LIMIT + 4);
  expect(tail.received).toBe(TAIL_LIMIT + 5);
});

it('holds the table still while frozen, and catches up after', () => {
  let tail = tailReducer(EMPTY_TAIL, { type: 'hits', hits: hits(0, 2) });
  tail = tailReducer(tail, { type: 'freeze', frozen: true });
  tail = tailReducer(tail, { type: 'hits', hits: hits(2, 3) });
  expect(tail.shown).toHaveLength(2);
  expect(tail.waiting).toHaveLength(3);
  tail = tailReducer(tail, { type: 'freeze', frozen: false });
  expect(tail.shown.map((hit) => hit.sequence)).toEqual([0, 1, 2, 3, 4]);
  expect(tail.waiting).toEqual([]);
});

it('bounds what waits, too', () => {
  const frozen = tailReducer(EMPTY_TAIL, { type: 'freeze', frozen: true });
  const tail = tailReducer(frozen, { type: 'hits', hits: hits(0, TAIL_LIMIT * 2) });
  expect(tail.waiting).toHaveLength(TAIL_LIMIT);
});

it('adds up what the server left out', () => {
  const once = tailReducer(EMPTY_TAIL, { type: 'lagged', skipped: 4 });
  expect(tailReducer(once, { type: 'lagged', skipped: 6 }).skipped).toBe(10);
});
