import { describe, expect, it } from 'vitest';
import { formatPromDuration, parseDuration } from './duration';
import { withRecent } from './recent';
import { alignSpan, chooseStep, MAX_POINTS } from './step';
import { unitOf } from './unitOf';

const HOUR = 3_600_000;

describe('durations', () => {
  it.each([
    ['15s', 15_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['2d', 172_800_000],
    ['90', 90_000],
    ['1.5', 1_500],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(['', 'x', '5x', '-5s', '1h 3'])('refuses “%s”', (text) => expect(parseDuration(text)).toBeNull());
  it.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [1_500, '1s500ms'],
    [8 * 86_400_000, '8d'],
  ])('writes %d ms', (ms, text) => expect(formatPromDuration(ms)).toBe(text));
});

describe('chooseStep', () => {
  it.each([
    [5 * 60_000, 'auto', 2_000],
    [HOUR, 'auto', 15_000],
    [HOUR, 'fine', 5_000],
    [HOUR, 'coarse', 60_000],
    [24 * HOUR, 'auto', 600_000],
    [30 * 24 * HOUR, 'auto', 3 * HOUR],
    [HOUR, 30_000, 30_000],
  ] as const)('steps over %d ms at %s resolution', (span, resolution, step) =>
    expect(chooseStep(span, resolution)).toBe(step),
  );
  it('never asks for more points than the server gives', () =>
    expect((30 * 24 * HOUR) / chooseStep(30 * 24 * HOUR, 1_000)).toBeLessThanOrEqual(MAX_POINTS));
  it('puts both ends on the grid', () =>
    expect(alignSpan(61_000, 119_000, 15_000)).toEqual({ start: 60_000, end: 105_000 }));
});

describe('unitOf', () => {
  it.each([
    ['process_resident_memory_bytes', 'bytes'],
    ['rate(node_network_receive_bytes_total[5m])', 'binBps'],
    ['histogram_quantile(0.9, sum by (le) (rate(task_latency_seconds_bucket[5m])))', 's'],
    ['rate(task_latency_seconds_count[5m])', undefined],
    ['rate(process_cpu_seconds_total[1m])', undefined],
    ['a_bytes / b_bytes', undefined],
    ['a_bytes{path="x_seconds"}', 'bytes'],
    ['count(a_bytes)', undefined],
    ['a_bytes + b_seconds', undefined],
    ['instance:errors:ratio', undefined],
    ['up', undefined],
  ])('takes %s for %s', (expr, unit) => expect(unitOf(expr)).toBe(unit));
});

describe('withRecent', () => {
  it('puts what was run last first, once', () =>
    expect(withRecent(['a', 'b', 'c'], ' c ')).toEqual(['c', 'a', 'b']));
  it('does not remember nothing', () => expect(withRecent(['a'], '  ')).toEqual(['a']));
  it('forgets the oldest', () => {
    const many = Array.from({ length: 80 }, (_, index) => `q${index}`);
    expect(many.reduce<readonly string[]>(withRecent, [])).toHaveLength(50);
  });
});
