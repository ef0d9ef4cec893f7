import { isRecord, record, records, text, type Raw } from '../model/read';
import type { BucketAgg, Metric } from './query';

export interface Bucket {
  key: string | number;
  body: Raw;
}

/** The buckets of one aggregation; those of `filters` are an object, all others a list. */
export function bucketsOf(tree: Raw, { id }: BucketAgg): Bucket[] {
  const { buckets } = record(tree[id]);
  if (isRecord(buckets)) return Object.entries(buckets).map(([key, body]) => ({ key, body: record(body) }));
  return records(buckets).map((body) => ({ key: keyOf(body), body }));
}

function keyOf(body: Raw): string | number {
  // Booleans are numbers with a word beside them.
  const word = body.key_as_string;
  if (word === 'true' || word === 'false') return word;
  return typeof body.key === 'number' ? body.key : text(body.key);
}

export interface MetricValue {
  label: string;
  value: number | null;
}

const LABELS: Partial<Record<string, string>> = {
  count: 'Count',
  avg: 'Average',
  sum: 'Sum',
  max: 'Max',
  min: 'Min',
  cardinality: 'Unique Count',
  extended_stats: 'Extended Stats',
  value_count: 'Value Count',
};

export function metricLabel({ type }: Metric): string {
  return LABELS[type] ?? type;
}

/** What one metric is in one bucket: a percentile metric is several. */
export function metricValues(metric: Metric, bucket: Raw): MetricValue[] {
  if (metric.type === 'count') return [{ label: metricLabel(metric), value: asNumber(bucket.doc_count) }];
  const found = record(bucket[metric.id]);
  if (metric.type === 'percentiles') {
    return Object.entries(record(found.values)).map(([percent, value]) => ({
      label: `p${Number(percent)}`,
      value: asNumber(value),
    }));
  }
  if (metric.type === 'extended_stats') return extendedStats(metric, found);
  return [{ label: metricLabel(metric), value: asNumber(found.value) }];
}

const STATS: Readonly<Record<string, string>> = {
  avg: 'Avg',
  min: 'Min',
  max: 'Max',
  sum: 'Sum',
  count: 'Count',
  std_deviation: 'Std Dev',
};

function extendedStats({ settings }: Metric, found: Raw): MetricValue[] {
  const wanted = record(settings.meta ?? settings);
  const names = Object.keys(STATS).filter((name) => wanted[name] === true);
  return (names.length > 0 ? names : ['std_deviation']).map((name) => ({
    label: STATS[name] ?? name,
    value: asNumber(found[name]),
  }));
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
