import { describe, expect, it } from 'vitest';
import type { Target, TargetHealth } from '../api/prometheusTypes';
import { agentOf, countByHealth, droppedMatching, poolsOf, scrapedAt } from './targets';
import { parseTargetsView, targetsLink } from './targetsUrl';

function target(pool: string, port: number, health: TargetHealth, agent = 'a'): Target {
  return {
    scrapePool: pool,
    scrapeUrl: `http://127.0.0.1:${port}/metrics`,
    globalUrl: '',
    labels: { job: pool, agent },
    discoveredLabels: {},
    lastError: health === 'down' ? 'connection refused' : '',
    lastScrape: '2026-01-31T12:00:00.123456789Z',
    lastScrapeDuration: 0.01,
    health,
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  };
}

const TARGETS = [
  target('swarm', 8010, 'up', 'writer'),
  target('swarm', 8002, 'down', 'reader'),
  target('files', 9090, 'unknown'),
];
const shown = (health: TargetHealth | '', search: string) =>
  poolsOf(TARGETS, health, search).map(({ name, targets }) => [
    name,
    ...targets.map((each) => each.labels.agent),
  ]);

describe('poolsOf', () => {
  it('groups by pool, each in the order of the addresses', () =>
    expect(shown('', '')).toEqual([
      ['files', 'a'],
      ['swarm', 'reader', 'writer'],
    ]));
  it('filters by health and by every word', () => {
    expect(shown('down', '')).toEqual([['swarm', 'reader']]);
    expect(shown('', 'SWARM 8010')).toEqual([['swarm', 'writer']]);
    expect(shown('', 'agent="reader" refused')).toEqual([['swarm', 'reader']]);
    expect(shown('up', 'refused')).toEqual([]);
  });
  it('counts the whole pool whatever is filtered', () =>
    expect(poolsOf(TARGETS, 'down', '')[0]?.counts).toEqual({ up: 1, down: 1, unknown: 0 }));
});

it('counts targets by health', () => expect(countByHealth(TARGETS)).toEqual({ up: 1, down: 1, unknown: 1 }));

it('finds dropped targets by what was discovered', () => {
  const dropped = [
    { discoveredLabels: { __address__: 'a:1' } },
    { discoveredLabels: { __address__: 'b:2' } },
  ];
  expect(droppedMatching(dropped, 'B:2')).toEqual([dropped[1]]);
});

it('knows the agent by either label, and when nothing was scraped yet', () => {
  expect(agentOf({ agent: 'x', agent_name: 'y' })).toBe('y');
  expect(agentOf({ agent: 'x' })).toBe('x');
  expect(agentOf({ job: 'x' })).toBeNull();
  expect(scrapedAt({ lastScrape: '0001-01-01T00:00:00Z' })).toBeNull();
});

it('keeps the view in the URL', () => {
  const view = { filter: 'down' as const, search: 'a b', closed: ['x', 'y/z'] };
  expect(parseTargetsView(targetsLink(view).slice('/targets'.length))).toEqual(view);
  expect(targetsLink(parseTargetsView('?health=ill'))).toBe('/targets');
});
