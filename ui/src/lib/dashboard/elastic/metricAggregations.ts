import { list, number, type Raw } from '../model/read';
import type { Metric } from './query';

const OF_A_FIELD = new Set([
  'avg',
  'sum',
  'max',
  'min',
  'cardinality',
  'percentiles',
  'extended_stats',
  'value_count',
]);

/** The metrics at the leaves of the tree. The count needs none: every bucket has it. */
export function metricAggregations(metrics: readonly Metric[]): Raw {
  return Object.fromEntries(
    metrics
      .filter(({ type }) => type !== 'count')
      .map((metric) => {
        if (!OF_A_FIELD.has(metric.type)) throw new Error(`The metric ${metric.type} is not supported here.`);
        return [metric.id, { [metric.type]: { field: metric.field, ...settingsOf(metric) } }];
      }),
  );
}

function settingsOf({ type, settings }: Metric): Raw {
  const missing = number(settings.missing);
  const extra: Raw = missing === undefined ? {} : { missing };
  if (type === 'percentiles') {
    const percents = percentsOf(settings);
    return percents.length > 0 ? { ...extra, percents } : extra;
  }
  const precision = number(settings.precision_threshold);
  return type === 'cardinality' && precision !== undefined
    ? { ...extra, precision_threshold: precision }
    : extra;
}

function percentsOf(settings: Raw): number[] {
  return list(settings.percents).flatMap((each) => number(each) ?? []);
}
