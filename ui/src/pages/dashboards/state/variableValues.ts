import { multiSearch } from '../../../api/elastic';
import { labelNames, labelValues, query, series } from '../../../api/prometheus';
import type { LabelSet, QueryResult } from '../../../api/prometheusTypes';
import { fields } from '../../../api/logs';
import { resolveSource } from '../../../lib/dashboard/dataSources';
import { bucketsOf } from '../../../lib/dashboard/elastic/buckets';
import { filterOf } from '../../../lib/dashboard/elastic/query';
import { elasticFault } from '../../../lib/dashboard/elastic/reply';
import { formatLabels } from '../../../lib/dashboard/frames/names';
import { toRegex } from '../../../lib/dashboard/field/mappings';
import { record } from '../../../lib/dashboard/model/read';
import type { VariableDefinition } from '../../../lib/dashboard/model/types';
import type { FixedRange } from '../../../lib/dashboard/time/interval';
import { parseLogQuestion } from '../../../lib/dashboard/variables/elasticQuery';
import { interpolate } from '../../../lib/dashboard/variables/interpolate';
import { metricQueryText, parseMetricQuestion } from '../../../lib/dashboard/variables/prometheusQuery';
import type { AskValues } from '../../../lib/dashboard/variables/resolve';
import type { Scope } from '../../../lib/dashboard/variables/types';

/** Reads a query variable's values, from the metrics or from the logs. */
export function askValues(range: FixedRange, signal: AbortSignal): AskValues {
  return (definition, scope) => {
    const source = resolveSource([definition.datasource], scope);
    if (source.kind === 'prometheus') return askMetrics(definition, scope, range, signal);
    if (source.kind === 'elasticsearch') return askLogs(definition, scope, source.index, range, signal);
    throw new Error(`The data source ${source.type} is not answered here.`);
  };
}

async function askMetrics(
  { query: raw, definition }: VariableDefinition,
  scope: Scope,
  { from, to }: FixedRange,
  signal: AbortSignal,
): Promise<string[]> {
  const question = parseMetricQuestion(interpolate(metricQueryText(raw, definition), scope, 'prometheus'));
  if (!question) return [];
  const within = (metric: string) => ({ start: from, end: to, ...(metric !== '' && { match: [metric] }) });
  switch (question.ask) {
    case 'label_names':
      return labelNames(within(question.metric), signal);
    case 'label_values':
      return labelValues(question.label, within(question.metric), signal);
    case 'metrics': {
      const pattern = toRegex(question.pattern);
      const names = await labelValues('__name__', within(''), signal);
      return names.filter((name) => pattern?.test(name) ?? false);
    }
    case 'query_result':
      return resultTexts((await query(question.expr, to, signal)).data);
    case 'series':
      return (await series(within(question.match), signal)).map(seriesText);
  }
}

/** `name{label="value"} 1 1769860800000`: what a regex of a variable is written for. */
function resultTexts(data: QueryResult): string[] {
  switch (data.resultType) {
    case 'scalar':
    case 'string':
      return [data.result[1]];
    case 'matrix':
      return data.result.map(({ metric }) => seriesText(metric));
    case 'vector':
      return data.result.map(({ metric, value = [0, ''] }) => {
        const [at, text] = value;
        return `${seriesText(metric)} ${text} ${at * 1_000}`;
      });
  }
}

function seriesText({ __name__: name = '', ...labels }: LabelSet): string {
  return name + formatLabels(labels);
}

const TERMS = 'values';

async function askLogs(
  { query: raw }: VariableDefinition,
  scope: Scope,
  index: string,
  range: FixedRange,
  signal: AbortSignal,
): Promise<string[]> {
  const question = parseLogQuestion(typeof raw === 'string' ? interpolate(raw, scope, 'lucene') : raw);
  if (!question) throw new Error('A variable of Elasticsearch needs {"find": "terms", "field": …}.');
  if (question.find === 'fields') {
    return (await fields(index, signal)).map(({ name }) => name);
  }
  const { field, query: text, size, byCount, order } = question;
  const aggs = { [TERMS]: { terms: { field, size, order: { [byCount ? '_count' : '_key']: order } } } };
  const body = { size: 0, ...filterOf(text, '@timestamp', range), aggs };
  const [reply = {}] = await multiSearch([{ index, body }], signal);
  const fault = elasticFault(reply);
  if (fault !== null) throw new Error(fault);
  const agg = { id: TERMS, type: 'terms', field, settings: {} };
  return bucketsOf(record(reply.aggregations), agg).map(({ key }) => String(key));
}
