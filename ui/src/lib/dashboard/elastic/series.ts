import { parseDuration } from '../time/duration';
import { makeField, makeFrame, TIME_FIELD, VALUE_FIELD, type Frame } from '../frames/frame';
import type { Raw } from '../model/read';
import { text } from '../model/read';
import { bucketsOf, metricLabel, metricValues } from './buckets';
import { intervalText, type BucketAgg, type ElasticRequest, type Metric } from './query';

interface Series {
  keys: Record<string, string>;
  metric: Metric;
  label: string;
  times: number[];
  values: (number | null)[];
}

/** One series for each path of buckets and each metric. */
export function elasticSeries(request: ElasticRequest, tree: Raw): Frame[] {
  const found = new Map<string, Series>();
  walk(request, tree, 0, {}, found);
  const several = request.metrics.filter((metric) => !metric.hide).length > 1;
  const step = stepOf(request.bucketAggs.at(-1), request.stepMs);
  return [...found.values()].map((series) => {
    const name = nameOf(series, request.alias, several);
    const value = {
      ...makeField(VALUE_FIELD, 'number', series.values),
      labels: series.keys,
      sourceName: name,
      ...(step !== null && { stepMs: step }),
    };
    return makeFrame(request.refId, [makeField(TIME_FIELD, 'time', series.times), value], name);
  });
}

function walk(
  request: ElasticRequest,
  tree: Raw,
  depth: number,
  keys: Record<string, string>,
  found: Map<string, Series>,
): void {
  const agg = request.bucketAggs[depth];
  if (!agg) return;
  for (const { key, body } of bucketsOf(tree, agg)) {
    if (depth < request.bucketAggs.length - 1) {
      walk(
        request,
        body,
        depth + 1,
        { ...keys, [agg.field === '' ? 'filter' : agg.field]: String(key) },
        found,
      );
      continue;
    }
    for (const metric of request.metrics) {
      if (metric.hide) continue;
      for (const { label, value } of metricValues(metric, body)) {
        const id = JSON.stringify([keys, metric.id, label]);
        const series = found.get(id) ?? { keys, metric, label, times: [], values: [] };
        series.times.push(Number(key));
        series.values.push(value);
        found.set(id, series);
      }
    }
  }
}

/** `{{term field}}`, `{{field}}`, `{{metric}}` in an alias; without one the keys, then the metric if they need it. */
function nameOf({ keys, metric, label }: Series, alias: string, several: boolean): string {
  const metricName = metric.field === '' ? label : `${label} ${metric.field}`;
  if (alias !== '') {
    return alias.replace(/\{\{\s*([^}]+?)\s*\}\}/g, (_whole, name: string) => {
      if (name === 'metric') return metricName;
      if (name === 'field') return metric.field;
      return keys[name.replace(/^term /, '')] ?? '';
    });
  }
  const words = Object.values(keys);
  if (words.length === 0) return metricName;
  return several || label !== metricLabel(metric) ? `${words.join(' ')} ${metricName}` : words.join(' ');
}

function stepOf(agg: BucketAgg | undefined, stepMs: number): number | null {
  return parseDuration(intervalText(text(agg?.settings.interval), stepMs));
}
