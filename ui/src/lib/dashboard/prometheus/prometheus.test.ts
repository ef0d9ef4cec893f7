import { describe, expect, it } from 'vitest';
import { displayName } from '../frames/names';
import type { Target } from '../model/types';
import type { Scope } from '../variables/types';
import { legendOf } from './legend';
import { prometheusFrames } from './response';
import { prometheusRequests, type PrometheusRequest } from './target';

const SCOPE: Scope = new Map();
const target = (query: Target['query']): Target => ({ refId: 'A', hide: false, datasource: null, query });
const context = { scope: SCOPE, range: { from: 1_007_000, to: 4_607_000 }, maxDataPoints: 60, interval: '' };

describe('prometheusRequests', () => {
  it('asks on a grid that does not move with each refresh', () => {
    const [request] = prometheusRequests(target({ expr: 'rate(a[$__rate_interval])' }), context);
    expect(request).toMatchObject({
      expr: 'rate(a[75s])',
      instant: false,
      start: 960_000,
      end: 4_560_000,
      step: 60_000,
    });
  });
  it('asks for the latest value, or for both', () => {
    const kinds = (query: object) =>
      prometheusRequests(target({ expr: 'a', ...query }), context).map(({ instant }) => instant);
    expect(kinds({ instant: true })).toEqual([true]);
    expect(kinds({ instant: true, range: true })).toEqual([false, true]);
    expect(kinds({})).toEqual([false]);
  });
  it('honours a least step', () => {
    const [request] = prometheusRequests(target({ expr: 'a', interval: '5m' }), context);
    expect(request?.step).toBe(300_000);
    expect(prometheusRequests(target({ expr: 'a' }), { ...context, interval: '2m' })[0]?.step).toBe(120_000);
  });
  it('asks nothing without an expression', () =>
    expect(prometheusRequests(target({ expr: ' ' }), context)).toEqual([]));
});

describe('legendOf', () => {
  const labels = { __name__: 'up', job: 'x', le: '1' };
  it.each([
    ['{{job}} / {{ le }}{{gone}}', 'x / 1'],
    ['', 'up{job="x", le="1"}'],
    ['__auto', undefined],
  ])('writes %s', (legend, text) => expect(legendOf(labels, legend, 'expr')).toBe(text));
  it('names a series without labels by its expression', () => {
    expect(legendOf({}, '__auto', 'sum(up)')).toBe('sum(up)');
    expect(legendOf({}, '', 'sum(up)')).toBe('sum(up)');
  });
});

const request = (patch: Partial<PrometheusRequest> = {}): PrometheusRequest => ({
  refId: 'A',
  expr: 'up',
  instant: false,
  format: 'time_series',
  legend: '__auto',
  start: 0,
  end: 60_000,
  step: 15_000,
  ...patch,
});

describe('prometheusFrames', () => {
  it('gives a series for each answer, named by the label in which they differ', () => {
    const frames = prometheusFrames(
      request(),
      {
        resultType: 'matrix',
        result: [
          { metric: { job: 'a' }, values: [[0, '1']] },
          { metric: { job: 'b' }, values: [[15, '+Inf']] },
        ],
      },
      false,
    );
    const names = frames.map((frame) => frame.fields[1] && displayName(frame.fields[1], frame, frames));
    expect(names).toEqual(['a', 'b']);
    expect(frames[1]?.fields.map((field) => field.values)).toEqual([[15_000], [Infinity]]);
  });

  it('gives one table with a column for each label', () => {
    const [frame] = prometheusFrames(
      request({ instant: true, format: 'table' }),
      {
        resultType: 'vector',
        result: [
          { metric: { job: 'a' }, value: [1, '2'] },
          { metric: { zone: 'z' }, value: [1, '3'] },
        ],
      },
      true,
    );
    expect(frame?.fields.map(({ name, values }) => [name, values])).toEqual([
      ['Time', [1_000, 1_000]],
      ['job', ['a', '']],
      ['zone', ['', 'z']],
      ['Value #A', [2, 3]],
    ]);
  });

  it('takes buckets apart, in the order of their bounds', () => {
    const bucket = (le: string, count: string) => ({
      metric: { le },
      values: [[0, count] as [number, string]],
    });
    const frames = prometheusFrames(
      request({ format: 'heatmap', legend: '{{le}}' }),
      { resultType: 'matrix', result: [bucket('+Inf', '9'), bucket('10', '7'), bucket('2', '3')] },
      false,
    );
    expect(frames.map(({ name, fields }) => [name, fields[1]?.values[0]])).toEqual([
      ['2', 3],
      ['10', 4],
      ['+Inf', 2],
    ]);
  });

  it('reads native histograms as buckets', () => {
    const frames = prometheusFrames(
      request({ format: 'heatmap' }),
      {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            histograms: [
              [
                0,
                {
                  count: '3',
                  sum: '4',
                  buckets: [
                    [0, '1', '2', '1'],
                    [0, '2', '4', '2'],
                  ],
                },
              ],
            ],
          },
        ],
      },
      false,
    );
    expect(frames.map(({ fields }) => [fields[1]?.labels?.le, fields[1]?.values])).toEqual([
      ['2', [1]],
      ['4', [2]],
    ]);
  });
});
