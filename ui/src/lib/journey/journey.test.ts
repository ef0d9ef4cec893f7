import { expect, it } from 'vitest';
import type { Journey, JourneyEntry, JourneySpan } from '../../api/journeys';
import { countBy, filterEntries, keyed } from './entries';
import { lanes } from './lanes';
import { metricSpan } from './metrics';
import { timeMarks } from './scale';
import { stackParts } from './stack';
import { formatJourneyView, journeyLink, parseJourneyView } from './view';

const START = Date.parse('2026-01-31T12:00:00.000Z');
const iso = (ms: number) => new Date(START + ms).toISOString();

const span = (agent: string | null, from: number, to: number, kind: JourneySpan['kind'] = 'attempt') => ({
  kind,
  agent,
  task_id: 't',
  task_type: 'research',
  attempt: 1,
  from: iso(from),
  to: iso(to),
  duration_ms: to - from,
});

const event = (agent: string, at: number, severity: string): JourneyEntry => ({
  at: iso(at),
  kind: severity === 'ERROR' ? 'error' : 'event',
  agent,
  message: `${agent} at ${at}`,
  severity,
  document: { index: 'i', id: `${agent}-${at}` },
});

function journey(spans: JourneySpan[], entries: JourneyEntry[]): Journey {
  const part = {
    agent_type: null,
    status: null,
    first_seen: iso(0),
    last_seen: iso(0),
    errors: 0,
    work_ms: 0,
  };
  return {
    correlation_id: 'c',
    summary: '',
    outcome: 'completed',
    started_at: iso(0),
    ended_at: iso(1_000),
    duration_ms: 1_000,
    totals: { work_ms: 0, queue_ms: 0, backoff_ms: 0 },
    counts: { events: 0, by_severity: {}, tasks: 0, attempts: 0, retries: 0, handovers: 0 },
    agents: ['a', 'b'].map((name) => ({ name, events: 1, attempts: 0, ...part })),
    tasks: [],
    spans,
    slowest: null,
    entries,
    truncated: [],
  };
}

it('packs overlapping spans below each other, and touching ones side by side', () => {
  const spans = [span('a', 0, 500), span('a', 200, 600), span('a', 500, 900), span(null, 0, 100, 'queue')];
  const [first, second, unclaimed] = lanes(journey([...spans, span('b', 0, 900, 'handover')], []));
  expect(first?.spans.map(({ row, from, to }) => [row, from, to])).toEqual([
    [0, 0, 0.5],
    [1, 0.2, 0.6],
    [0, 0.5, 0.9],
  ]);
  expect([first?.rows, second?.spans.length]).toEqual([2, 0]);
  expect([unclaimed?.agent, unclaimed?.spans.length]).toEqual(['nobody yet', 1]);
});

it('draws ten thousand events as few marks, of which errors stay visible', () => {
  const entries = Array.from({ length: 10_000 }, (_, n) =>
    event('a', n / 10, n === 5_000 ? 'ERROR' : 'INFO'),
  );
  const ticks = lanes(journey([], entries))[0]?.ticks ?? [];
  expect(ticks.length).toBeLessThanOrEqual(601);
  expect(ticks.filter(({ severity }) => severity === 'ERROR')).toEqual([{ at: 0.5, severity: 'ERROR' }]);
});

it('keys stay unique, also for what begins and ends in one millisecond', () => {
  const attempt: JourneyEntry = { at: iso(0), kind: 'attempt', agent: 'a', message: '', task_id: 't' };
  const keys = keyed([attempt, { ...attempt }, event('a', 0, 'INFO')]).map(({ key }) => key);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('i/a-0');
});

it('filters by everything at once and counts what is left', () => {
  const all = keyed([event('a', 0, 'INFO'), event('a', 1, 'ERROR'), event('b', 2, 'ERROR')]);
  const view = { ...parseJourneyView(''), agent: 'a', severity: 'ERROR' as const, query: 'A AT' };
  expect(filterEntries(all, view).map(({ entry }) => entry.message)).toEqual(['a at 1']);
  expect(countBy(all, ({ kind }) => kind)).toEqual(
    new Map([
      ['event', 1],
      ['error', 2],
    ]),
  );
});

it('the view comes back from its URL', () => {
  const view = parseJourneyView('?kind=error&agent=a%20b&severity=ERROR&q=x&task=t&open=i%2F1&open=2');
  expect(parseJourneyView(formatJourneyView(view))).toEqual(view);
  expect(parseJourneyView('?kind=nonsense&severity=loud').kind).toBe('');
  expect(journeyLink('a/b', { task: 't' })).toBe('/correlation/a%2Fb?task=t');
});

it('folds frames of libraries and keeps those of the program', () => {
  const stack = [
    'Traceback (most recent call last):',
    '  File "/app/agent.py", line 3, in run',
    '    fetch()',
    '  File "/usr/lib/python3.12/site-packages/httpx/a.py", line 1, in get',
    '    send()',
    '  File "/usr/lib/python3.12/site-packages/httpx/b.py", line 2, in send',
    '    raise TimeoutError',
    '  File "/app/retry.py", line 9, in again',
  ];
  const parts = stackParts(stack);
  expect(parts.map(({ folded, lines }) => [folded, lines.length])).toEqual([
    [false, 3],
    [true, 4],
    [false, 1],
  ]);
  const long = stackParts(Array.from({ length: 100 }, (_, n) => `  at step_${n} (app.js:${n})`));
  expect(long.map(({ folded, lines }) => [folded, lines.length])).toEqual([
    [false, 8],
    [true, 84],
    [false, 8],
  ]);
});

it('marks of a time line are round, but for its end', () => {
  expect(timeMarks(3_117)).toEqual([0, 1_000, 2_000, 3_117]);
  expect(timeMarks(202)).toEqual([0, 50, 100, 150, 202]);
  expect(timeMarks(3 * 3_600_000)).toEqual([
    0, 1_800_000, 3_600_000, 5_400_000, 7_200_000, 9_000_000, 10_800_000,
  ]);
  expect(timeMarks(30 * 86_400_000)).toHaveLength(7);
  expect(timeMarks(0)).toEqual([0]);
});

it('metrics of a short journey are shown within minutes', () => {
  expect(metricSpan(0, 1_000)).toEqual({ from: -120_000, to: 121_000 });
});
