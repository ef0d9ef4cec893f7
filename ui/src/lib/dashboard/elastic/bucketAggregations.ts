import { number, records, text, type Raw } from '../model/read';
import { interpolate } from '../variables/interpolate';
import { intervalText, type AggregationContext, type BucketAgg, type Metric } from './query';

const DEFAULT_TERMS = 500;
/** Lengths that differ from one to the next, and those that Elasticsearch takes as calendar units only. */
const CALENDAR = new Set(['1w', '1M', '1q', '1y']);

/** One step of the tree of aggregations, without what it holds. */
export function bucketAggregation(
  agg: BucketAgg,
  metrics: readonly Metric[],
  context: AggregationContext,
): Raw {
  switch (agg.type) {
    case 'terms':
      return terms(agg, metrics, context);
    case 'filters':
      return { filters: { filters: filters(agg, context) } };
    case 'histogram':
      return {
        histogram: {
          field: agg.field,
          interval: number(agg.settings.interval) ?? 1_000,
          min_doc_count: number(agg.settings.min_doc_count) ?? 0,
        },
      };
    case 'date_histogram':
      return { date_histogram: dateHistogram(agg, context) };
    default:
      throw new Error(`The aggregation ${agg.type} is not supported here.`);
  }
}

function terms(
  { field, settings }: BucketAgg,
  metrics: readonly Metric[],
  { scope }: AggregationContext,
): Raw {
  const orderBy = text(settings.orderBy, '_term');
  const direction = settings.order === 'asc' ? 'asc' : 'desc';
  const size = number(interpolate(text(settings.size), scope)) ?? DEFAULT_TERMS;
  const least = number(settings.min_doc_count);
  const missing = text(settings.missing);
  return {
    terms: {
      field: interpolate(field, scope),
      size: size === 0 ? DEFAULT_TERMS : size,
      order: { [orderKey(orderBy, metrics)]: direction },
      ...(least !== undefined && { min_doc_count: least }),
      ...(missing !== '' && { missing }),
    },
  };
}

/** `_term` and `_count` are words of Elasticsearch's, everything else is the id of a metric. */
function orderKey(orderBy: string, metrics: readonly Metric[]): string {
  if (orderBy === '_term' || orderBy === '_key') return '_key';
  const metric = metrics.find(({ id }) => id === orderBy.replace(/\[.*$/, '').split('.')[0]);
  return orderBy === '_count' || metric?.type === 'count' ? '_count' : orderBy;
}

function filters({ settings }: BucketAgg, { scope }: AggregationContext): Raw {
  return Object.fromEntries(
    records(settings.filters).map((filter) => {
      const query = interpolate(text(filter.query, '*'), scope, 'lucene');
      return [text(filter.label) || query, { query_string: { query, analyze_wildcard: true } }];
    }),
  );
}

function dateHistogram({ field, settings }: BucketAgg, { stepMs, range, scope }: AggregationContext): Raw {
  const interval = intervalText(interpolate(text(settings.interval), scope), stepMs);
  const offset = text(settings.offset);
  const zone = text(settings.timeZone);
  return {
    field,
    [CALENDAR.has(interval) ? 'calendar_interval' : 'fixed_interval']: interval,
    min_doc_count: number(settings.min_doc_count) ?? 0,
    extended_bounds: { min: range.from, max: range.to },
    format: 'epoch_millis',
    ...(offset !== '' && { offset }),
    ...(zone !== '' && zone !== 'utc' && { time_zone: zone }),
  };
}
