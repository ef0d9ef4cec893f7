import { describe, expect, it } from 'vitest';
import { formatMetricsState, metricsLink, parseMetricsState, type MetricsState } from './metricsUrl';

const FULL: MetricsState = {
  queries: [
    { expr: 'up{job="a"}', on: true },
    { expr: 'rate(x[5m]) + 1', on: false },
  ],
  range: { from: 'now-6h', to: 'now-1h' },
  refresh: 10,
  resolution: 90_000,
  view: 'table',
  stacked: true,
  exemplars: true,
  points: true,
};

describe('the URL of the metrics page', () => {
  it('brings back everything that was chosen', () => {
    expect(parseMetricsState(formatMetricsState(FULL))).toEqual(FULL);
    expect(parseMetricsState(formatMetricsState({ ...FULL, resolution: 'fine' })).resolution).toBe('fine');
  });

  it('is empty for the defaults, and one empty row is there then', () => {
    expect(formatMetricsState(parseMetricsState(''))).toBe('');
    expect(parseMetricsState('').queries).toEqual([{ expr: '', on: true }]);
  });

  it.each(['from=&to=now', 'from=soon&to=now', 'from=now&to=now-1h', 'to=*&from=*'])(
    'shows the last hour instead of the range “%s”',
    (search) => expect(parseMetricsState(search).range).toEqual({ from: 'now-1h', to: 'now' }),
  );

  it('ignores what it does not know', () =>
    expect(parseMetricsState('tab=pie&refresh=7&step=often')).toMatchObject({
      view: 'graph',
      refresh: 0,
      resolution: 'auto',
    }));

  it('links to several queries', () =>
    expect(metricsLink(['up', 'down'], { view: 'table' })).toBe('/metrics?q=up&q=down&tab=table'));
});
