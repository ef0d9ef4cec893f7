import { flatten } from '../../flatten';
import type { JsonObject } from '../../../api/types';
import { makeField, makeFrame, plainText, typeOfValues, type Frame } from '../frames/frame';
import { record } from '../model/read';
import type { ElasticReply } from './reply';
import { elasticSeries } from './series';
import { elasticTable } from './table';
import type { ElasticRequest } from './query';

/** The answer as frames: documents, series over time, or a table of buckets. */
export function elasticFrames(request: ElasticRequest, reply: ElasticReply): Frame[] {
  if (request.kind !== 'metrics') return [documentFrame(request, reply)];
  const tree = record(reply.aggregations);
  const overTime = request.bucketAggs.at(-1)?.type === 'date_histogram';
  return overTime ? elasticSeries(request, tree) : [elasticTable(request, tree)];
}

/** One row for each document, one column for each of its fields. */
function documentFrame(request: ElasticRequest, reply: ElasticReply): Frame {
  const hits = reply.hits?.hits ?? [];
  const rows = hits.map((hit) => {
    const values = new Map<string, unknown>(
      flatten((hit._source ?? {}) as JsonObject).map(({ name, value }) => [name, value]),
    );
    values.set('_id', hit._id);
    values.set('_index', hit._index);
    return values;
  });
  const at = rows.map((row) => Date.parse(plainText(row.get(request.timeField) ?? row.get('timestamp'))));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter(
    (name) => name !== request.timeField,
  );
  return makeFrame(request.refId, [
    makeField(request.timeField, 'time', at),
    ...names.sort().map((name) => {
      const values = rows.map((row) => row.get(name) ?? null);
      return makeField(name, typeOfValues(values), values);
    }),
  ]);
}
