import { expect, it } from 'vitest';
import { movedSpan } from './moveSpan';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const HOUR = 3_600_000;
const span = { from: NOW - 4 * HOUR, to: NOW - 2 * HOUR };

it.each([
  ['earlier', '2026-01-31T07:00:00.000Z', '2026-01-31T09:00:00.000Z'],
  ['later', '2026-01-31T09:00:00.000Z', '2026-01-31T11:00:00.000Z'],
  ['wider', '2026-01-31T07:00:00.000Z', '2026-01-31T11:00:00.000Z'],
] as const)('moves a span %s', (move, from, to) => expect(movedSpan(span, move, NOW)).toEqual({ from, to }));

it('stops at now and keeps its length', () =>
  expect(movedSpan({ from: NOW - 2 * HOUR, to: NOW }, 'later', NOW)).toEqual({
    from: '2026-01-31T10:00:00.000Z',
    to: '2026-01-31T12:00:00.000Z',
  }));
