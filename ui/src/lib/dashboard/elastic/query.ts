import { number, record, records, text, type Raw } from '../model/read';
import type { Target } from '../model/types';
import { formatStep } from '../time/duration';
import { stepFor, type FixedRange } from '../time/interval';
import { extend, stepScope } from '../variables/builtIn';
import { interpolate } from '../variables/interpolate';
import type { Scope } from '../variables/types';
import { bucketAggregation } from './bucketAggregations';
import { metricAggregations } from './metricAggregations';

export interface Metric {
  id: string;
  type: string;
  field: string;
  hide: boolean;
  settings: Raw;
}

export interface BucketAgg {
  id: string;
  type: string;
  field: string;
  settings: Raw;
}

export type ElasticKind = 'logs' | 'raw' | 'metrics';

/** One search, ready to be sent, with what is needed to read its answer. */
export interface ElasticRequest {
  refId: string;
  kind: ElasticKind;
  index: string;
  /** The query text with its variables filled in, for errors and links. */
  queryText: string;
  alias: string;
  metrics: Metric[];
  bucketAggs: BucketAgg[];
  timeField: string;
  stepMs: number;
  body: Raw;
}

export interface ElasticContext {
  scope: Scope;
  range: FixedRange;
  maxDataPoints: number;
  index: string;
  interval: number;
}

const DEFAULT_TIME_FIELD = '@timestamp';
const DEFAULT_LOGS = 500;
const MAX_DOCUMENTS = 10_000;

/** Grafana's model of a query as a search of Elasticsearch. */
export function elasticRequest(target: Target, context: ElasticContext): ElasticRequest {
  const { query } = target;
  const stepMs = stepFor(context.range, context.maxDataPoints, context.interval);
  const scope = extend(context.scope, stepScope(stepMs, context.interval));
  const timeField = text(query.timeField, DEFAULT_TIME_FIELD);
  const metrics = readMetrics(query.metrics);
  const bucketAggs = records(query.bucketAggs).map((raw) => readBucketAgg(raw, timeField));
  const kind = kindOf(metrics[0]);
  const queryText = interpolate(text(query.query), scope, 'lucene');
  const filter = filterOf(queryText, timeField, context.range);
  return {
    refId: target.refId,
    kind,
    index: context.index,
    queryText,
    alias: interpolate(text(query.alias), scope),
    metrics,
    bucketAggs,
    timeField,
    stepMs,
    body:
      kind === 'metrics'
        ? {
            size: 0,
            ...filter,
            ...aggregations(bucketAggs, metrics, { scope, stepMs, range: context.range }),
          }
        : { ...documents(metrics[0], timeField), ...filter },
  };
}

function kindOf(metric: Metric | undefined): ElasticKind {
  if (metric?.type === 'logs') return 'logs';
  return metric?.type === 'raw_data' || metric?.type === 'raw_document' ? 'raw' : 'metrics';
}

function readMetrics(raw: unknown): Metric[] {
  const metrics = records(raw).map((each) => ({
    id: text(each.id, '1'),
    type: text(each.type, 'count'),
    field: text(each.field),
    hide: each.hide === true,
    settings: record(each.settings),
  }));
  return metrics.length > 0 ? metrics : [{ id: '1', type: 'count', field: '', hide: false, settings: {} }];
}

function readBucketAgg(raw: Raw, timeField: string): BucketAgg {
  const type = text(raw.type, 'date_histogram');
  return {
    id: text(raw.id, '2'),
    type,
    field: text(raw.field) || (type === 'date_histogram' ? timeField : ''),
    settings: record(raw.settings),
  };
}

export function filterOf(queryText: string, timeField: string, { from, to }: FixedRange) {
  const range = { range: { [timeField]: { gte: from, lte: to, format: 'epoch_millis' } } };
  const words = { query_string: { analyze_wildcard: true, query: queryText } };
  return { query: { bool: { filter: queryText.trim() === '' ? [range] : [range, words] } } };
}

function documents(metric: Metric | undefined, timeField: string): Raw {
  const { limit, size, sortDirection } = metric?.settings ?? {};
  const wanted = number(limit) ?? number(size) ?? DEFAULT_LOGS;
  return {
    size: Math.min(MAX_DOCUMENTS, Math.max(1, wanted)),
    sort: [
      { [timeField]: { order: sortDirection === 'asc' ? 'asc' : 'desc', unmapped_type: 'boolean' } },
      { _doc: { order: 'desc' } },
    ],
  };
}

export interface AggregationContext {
  scope: Scope;
  stepMs: number;
  range: FixedRange;
}

/** Each bucket aggregation holds the next one, and the last holds the metrics. */
function aggregations(
  bucketAggs: readonly BucketAgg[],
  metrics: readonly Metric[],
  context: AggregationContext,
): Raw {
  let inner = metricAggregations(metrics);
  for (const agg of bucketAggs.toReversed()) {
    const body = bucketAggregation(agg, metrics, context);
    const nested = { ...record(body.aggs), ...inner };
    inner = { [agg.id]: { ...body, ...(Object.keys(nested).length > 0 && { aggs: nested }) } };
  }
  return { aggs: inner };
}

/** The step of a date histogram as Elasticsearch reads it. */
export function intervalText(setting: string, stepMs: number): string {
  return setting === '' || setting === 'auto' ? formatStep(stepMs) : setting;
}
