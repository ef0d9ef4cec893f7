import { describe, expect, it } from 'vitest';
import type { Target } from '../model/types';
import { single, type Scope } from '../variables/types';
import { asHits } from './hits';
import { elasticRequest } from './query';
import { elasticFault } from './reply';
import { elasticFrames } from './response';

const SCOPE: Scope = new Map([
  ['agent', { values: ['a', 'b-c'], texts: ['a', 'b-c'], whole: null, verbatim: null, multi: true }],
  ['id', single('x')],
]);
const target = (query: Target['query']): Target => ({ refId: 'A', hide: false, datasource: null, query });
const context = {
  scope: SCOPE,
  range: { from: 0, to: 3_600_000 },
  maxDataPoints: 60,
  index: 'filebeat-*',
  interval: 15_000,
};

const TERMS = {
  type: 'terms',
  id: '3',
  field: 'severity.keyword',
  settings: { size: '10', order: 'desc', orderBy: '_count', min_doc_count: '1' },
};
const OVER_TIME = {
  type: 'date_histogram',
  id: '2',
  field: '@timestamp',
  settings: { interval: 'auto', min_doc_count: '0' },
};
const COUNT = { type: 'count', id: '1' };

describe('elasticRequest', () => {
  it('nests the aggregations, and fills in query and interval', () => {
    const { body, kind, stepMs } = elasticRequest(
      target({ query: 'agent_name.keyword:$agent', metrics: [COUNT], bucketAggs: [TERMS, OVER_TIME] }),
      context,
    );
    expect([kind, stepMs]).toEqual(['metrics', 60_000]);
    expect(body).toEqual({
      size: 0,
      query: {
        bool: {
          filter: [
            { range: { '@timestamp': { gte: 0, lte: 3_600_000, format: 'epoch_millis' } } },
            { query_string: { analyze_wildcard: true, query: 'agent_name.keyword:("a" OR "b\\-c")' } },
          ],
        },
      },
      aggs: {
        3: {
          terms: { field: 'severity.keyword', size: 10, order: { _count: 'desc' }, min_doc_count: 1 },
          aggs: {
            2: {
              date_histogram: {
                field: '@timestamp',
                fixed_interval: '1m',
                min_doc_count: 0,
                extended_bounds: { min: 0, max: 3_600_000 },
                format: 'epoch_millis',
              },
            },
          },
        },
      },
    });
  });

  it('asks for metrics at the leaves, and orders terms by them', () => {
    const { body } = elasticRequest(
      target({
        metrics: [
          { type: 'avg', id: '4', field: 'duration' },
          { type: 'percentiles', id: '5', field: 'duration', settings: { percents: ['50', '99'] } },
        ],
        bucketAggs: [{ ...TERMS, settings: { ...TERMS.settings, orderBy: '4' } }],
      }),
      context,
    );
    expect(body.aggs).toEqual({
      3: {
        terms: { field: 'severity.keyword', size: 10, order: { 4: 'desc' }, min_doc_count: 1 },
        aggs: {
          4: { avg: { field: 'duration' } },
          5: { percentiles: { field: 'duration', percents: [50, 99] } },
        },
      },
    });
  });

  it('asks for documents', () => {
    const { body, kind } = elasticRequest(
      target({
        query: '*',
        metrics: [{ type: 'logs', id: '1', settings: { limit: '200' } }],
        bucketAggs: [],
      }),
      context,
    );
    expect(kind).toBe('logs');
    expect(body.size).toBe(200);
    expect(body.sort).toEqual([
      { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
      { _doc: { order: 'desc' } },
    ]);
  });

  it('uses filters and calendar units', () => {
    const filters = {
      type: 'filters',
      id: '9',
      settings: { filters: [{ query: 'a:1', label: 'one' }, { query: 'b:$id' }] },
    };
    const monthly = { ...OVER_TIME, settings: { interval: '1M' } };
    const { body } = elasticRequest(target({ metrics: [COUNT], bucketAggs: [filters, monthly] }), context);
    expect(body.aggs).toMatchObject({
      9: {
        filters: {
          filters: { one: { query_string: { query: 'a:1' } }, 'b:x': { query_string: { query: 'b:x' } } },
        },
        aggs: { 2: { date_histogram: { calendar_interval: '1M' } } },
      },
    });
  });

  it('names what it does not know', () =>
    expect(() => elasticRequest(target({ metrics: [{ type: 'moving_fn', id: '1' }] }), context)).toThrow(
      'moving_fn',
    ));
});

describe('elasticFrames', () => {
  const over = (counts: number[]) => ({
    buckets: counts.map((doc_count, index) => ({ key: index * 60_000, doc_count })),
  });

  it('gives a series for each term', () => {
    const request = elasticRequest(
      target({ alias: '{{severity.keyword}}!', metrics: [COUNT], bucketAggs: [TERMS, OVER_TIME] }),
      context,
    );
    const frames = elasticFrames(request, {
      aggregations: {
        3: {
          buckets: [
            { key: 'INFO', 2: over([1, 2]) },
            { key: 'ERROR', 2: over([0, 3]) },
          ],
        },
      },
    });
    expect(frames.map(({ name, fields }) => [name, fields[1]?.values])).toEqual([
      ['INFO!', [1, 2]],
      ['ERROR!', [0, 3]],
    ]);
    expect(frames[0]?.fields[0]?.values).toEqual([0, 60_000]);
  });

  it('gives a table when the last bucket is no time', () => {
    const request = elasticRequest(
      target({ metrics: [COUNT, { type: 'max', id: '4', field: '@timestamp' }], bucketAggs: [TERMS] }),
      context,
    );
    const [frame] = elasticFrames(request, {
      aggregations: { 3: { buckets: [{ key: 'INFO', doc_count: 5, 4: { value: 7 } }] } },
    });
    expect(frame?.fields.map(({ name, values }) => [name, values[0]])).toEqual([
      ['severity.keyword', 'INFO'],
      ['Count', 5],
      ['Max', 7],
    ]);
  });

  it('gives documents with their fields', () => {
    const request = elasticRequest(
      target({ metrics: [{ type: 'raw_data', id: '1' }], bucketAggs: [] }),
      context,
    );
    const hit = {
      _index: 'i',
      _id: '1',
      _source: { '@timestamp': '1970-01-01T00:00:01Z', metadata: { n: 3 } },
    };
    const [frame] = elasticFrames(request, { hits: { hits: [hit] } });
    expect(frame?.fields.map(({ name, type, values }) => [name, type, values[0]])).toEqual([
      ['@timestamp', 'time', 1_000],
      ['_id', 'string', '1'],
      ['_index', 'string', 'i'],
      ['metadata.n', 'number', 3],
    ]);
    expect(asHits([hit], '@timestamp')[0]?.timestamp).toBe('1970-01-01T00:00:01.000Z');
  });
});

it('says what Elasticsearch refused', () => {
  expect(elasticFault({})).toBeNull();
  expect(
    elasticFault({ error: { root_cause: [{ reason: 'bad query' }], reason: 'all shards failed' } }),
  ).toBe('bad query');
});
