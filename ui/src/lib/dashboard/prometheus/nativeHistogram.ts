import type { RangeSeries } from '../../../api/prometheusTypes';
import { makeField, makeFrame, TIME_FIELD, type Field, type Frame } from '../frames/frame';
import { formatNumber } from '../../units/number';
import type { PrometheusRequest } from './target';

/** Native histograms as rows of buckets; each series of the answer is added to the others. */
export function nativeFrames(request: PrometheusRequest, series: readonly RangeSeries[]): Frame[] {
  const times = new Set<number>();
  const bounds = new Set<number>();
  const counts = new Map<string, number>();
  for (const { histograms = [] } of series) {
    for (const [at, { buckets = [] }] of histograms) {
      const ms = at * 1_000;
      times.add(ms);
      for (const [, , upper, count] of buckets) {
        const bound = Number(upper);
        bounds.add(bound);
        const key = `${ms} ${bound}`;
        counts.set(key, (counts.get(key) ?? 0) + Number(count));
      }
    }
  }
  if (bounds.size === 0) return [];
  const ordered = [...times].sort((a, b) => a - b);
  return [...bounds]
    .sort((a, b) => a - b)
    .map((bound) => {
      const value: Field = {
        ...makeField(
          formatNumber(bound),
          'number',
          ordered.map((at) => counts.get(`${at} ${bound}`) ?? 0),
        ),
        labels: { le: String(bound) },
        sourceName: formatNumber(bound),
        stepMs: request.step,
      };
      return makeFrame(request.refId, [makeField(TIME_FIELD, 'time', ordered), value]);
    });
}
