import { expect, it } from 'vitest';
import { timeLabels } from './axis';

const at = (time: string) => Date.parse(`2026-01-31T${time}`);

it.each([
  [
    ['12:00:00', '12:05:00'],
    ['12:00', '12:05'],
  ],
  [
    ['12:00:00', '12:00:15'],
    ['12:00:00', '12:00:15'],
  ],
  [
    ['12:00:00', '12:00:00.500'],
    ['12:00:00.000', '12:00:00.500'],
  ],
  [
    ['23:55:00', '24:00:00'],
    ['23:55', 'Feb 1'],
  ],
  [['12:00:00'], ['12:00']],
])('labels %j', (ticks, labels) => expect(timeLabels(ticks.map(at))).toEqual(labels));
