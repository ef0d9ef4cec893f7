import { parseValue } from '../../chart/align';
import type { InstantSeries, MatrixResult, QueryResult, RangeSeries } from '../../../api/prometheusTypes';
import {
  makeField,
  makeFrame,
  TIME_FIELD,
  VALUE_FIELD,
  type Field,
  type Frame,
  type Labels,
} from '../frames/frame';
import { separateBuckets } from './classicBuckets';
import { legendOf } from './legend';
import { nativeFrames } from './nativeHistogram';
import type { PrometheusRequest } from './target';

/** `several` when other targets of the panel give tables too: then the columns of values are told apart. */
export function prometheusFrames(
  request: PrometheusRequest,
  data: QueryResult | MatrixResult,
  several: boolean,
): Frame[] {
  const series = seriesOf(data, request);
  if (series.some((each) => each.histograms !== undefined && each.values === undefined)) {
    const native = nativeFrames(request, series);
    if (native.length > 0) return native;
  }
  if (request.format === 'table') return [tableFrame(request, series, several)];
  const frames = series.map((each) => seriesFrame(request, each));
  return request.format === 'heatmap' ? separateBuckets(frames) : frames;
}

function seriesOf(data: QueryResult | MatrixResult, request: PrometheusRequest): RangeSeries[] {
  switch (data.resultType) {
    case 'matrix':
      return data.result;
    case 'vector':
      return data.result.map(asRange);
    case 'scalar':
    case 'string':
      return [{ metric: {}, values: [[request.end / 1_000, data.result[1]]] }];
  }
}

function asRange({ metric, value, histogram }: InstantSeries): RangeSeries {
  return { metric, ...(value && { values: [value] }), ...(histogram && { histograms: [histogram] }) };
}

function seriesFrame(request: PrometheusRequest, { metric, values = [] }: RangeSeries): Frame {
  const name = legendOf(metric, request.legend, request.expr);
  const value: Field = {
    ...makeField(
      VALUE_FIELD,
      'number',
      values.map(([, text]) => parseValue(text)),
    ),
    labels: withoutName(metric),
    ...(name !== undefined && { sourceName: name }),
    ...(!request.instant && { stepMs: request.step }),
  };
  const time = makeField(
    TIME_FIELD,
    'time',
    values.map(([at]) => at * 1_000),
  );
  return makeFrame(request.refId, [time, value], name);
}

/** One row for each sample, one column for each label. */
function tableFrame(request: PrometheusRequest, series: readonly RangeSeries[], several: boolean): Frame {
  const rows = series.flatMap(({ metric, values = [] }) =>
    values.map(([at, text]) => ({ metric, at: at * 1_000, value: parseValue(text) })),
  );
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const labels = names.map((name) =>
    makeField(
      name,
      'string',
      rows.map(({ metric }) => metric[name] ?? ''),
    ),
  );
  const valueName = several ? `${VALUE_FIELD} #${request.refId}` : VALUE_FIELD;
  return makeFrame(request.refId, [
    makeField(
      TIME_FIELD,
      'time',
      rows.map(({ at }) => at),
    ),
    ...labels,
    makeField(
      valueName,
      'number',
      rows.map(({ value }) => value),
    ),
  ]);
}

function withoutName(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== '__name__'));
}
