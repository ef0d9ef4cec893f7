import { makeField, makeFrame, typeOfValues, type Frame } from '../frames/frame';
import type { Raw } from '../model/read';
import { bucketsOf, metricValues } from './buckets';
import type { ElasticRequest, Metric } from './query';

type Row = Map<string, unknown>;

/** One row for each path of buckets: a column for each aggregation's key, then one for each metric. */
export function elasticTable(request: ElasticRequest, tree: Raw): Frame {
  const rows: Row[] = [];
  walk(request, tree, 0, new Map(), rows);
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return makeFrame(
    request.refId,
    names.map((name) => {
      const values = rows.map((row) => row.get(name) ?? null);
      return makeField(name, typeOfValues(values), values);
    }),
  );
}

function walk(request: ElasticRequest, tree: Raw, depth: number, keys: Row, rows: Row[]): void {
  const agg = request.bucketAggs[depth];
  if (!agg) {
    // Without any bucket there is one row: the metrics of everything that was found.
    if (depth === 0) rows.push(withMetrics(request.metrics, tree, keys));
    return;
  }
  const last = depth === request.bucketAggs.length - 1;
  for (const { key, body } of bucketsOf(tree, agg)) {
    const row = new Map(keys).set(agg.field === '' ? 'filter' : agg.field, key);
    if (last) rows.push(withMetrics(request.metrics, body, row));
    else walk(request, body, depth + 1, row, rows);
  }
}

/** Two metrics of one kind are told apart by their fields. */
function withMetrics(metrics: readonly Metric[], body: Raw, keys: Row): Row {
  const row = new Map(keys);
  const shown = metrics.filter((metric) => !metric.hide);
  for (const metric of shown) {
    const twins = shown.filter((each) => each.type === metric.type).length > 1;
    for (const { label, value } of metricValues(metric, body)) {
      row.set(twins ? `${label} ${metric.field}` : label, value);
    }
  }
  return row;
}
