import { expect, it } from 'vitest';
import type { Hit } from '../api/types';
import { buildTimeline, isLongGap } from './timeline';

const hit = (second: number, agent: string): Hit => ({
  index: 'i',
  id: `${agent}-${second}`,
  sequence: second,
  timestamp: new Date(second * 1_000).toISOString(),
  source: { agent_name: agent },
});

it('measures from the start and from the event before', () => {
  const { events, start, end } = buildTimeline([hit(10, 'a'), hit(10.2, 'b'), hit(13, 'a')]);
  expect(events.map(({ offsetMs, gapMs }) => [offsetMs, gapMs])).toEqual([
    [0, 0],
    [200, 200],
    [3_000, 2_800],
  ]);
  expect([start, end]).toEqual([10_000, 13_000]);
  expect(events.map(isLongGap)).toEqual([false, false, true]);
});

it('gives each agent one lane with its span', () => {
  const { lanes } = buildTimeline([hit(1, 'a'), hit(2, 'b'), hit(5, 'a')]);
  expect(lanes).toEqual([
    { agent: 'a', color: 0, count: 2, first: 1_000, last: 5_000 },
    { agent: 'b', color: 1, count: 1, first: 2_000, last: 2_000 },
  ]);
});
