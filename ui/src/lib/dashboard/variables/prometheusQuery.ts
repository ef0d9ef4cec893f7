import { isRecord, text } from '../model/read';

/** What a variable asks Prometheus. */
export type MetricQuestion =
  | { ask: 'label_names'; metric: string }
  | { ask: 'label_values'; label: string; metric: string }
  | { ask: 'metrics'; pattern: string }
  | { ask: 'query_result'; expr: string }
  | { ask: 'series'; match: string };

const LABEL_VALUES = /^label_values\((?:(.+),\s*)?([\w.:]+|"[^"]+")\s*\)\s*$/s;

/** Reads `label_values(up, job)` and its kin; what is no function is a selector whose series are listed. */
export function parseMetricQuestion(query: string): MetricQuestion | null {
  const trimmed = query.trim();
  if (trimmed === '') return null;
  const values = LABEL_VALUES.exec(trimmed);
  if (values) {
    const label = (values[2] ?? '').replace(/^"|"$/g, '');
    return { ask: 'label_values', metric: (values[1] ?? '').trim(), label };
  }
  const call = /^(label_names|metrics|query_result)\((.*)\)\s*$/s.exec(trimmed);
  const argument = (call?.[2] ?? '').trim();
  switch (call?.[1]) {
    case 'label_names':
      return { ask: 'label_names', metric: argument };
    case 'metrics':
      return { ask: 'metrics', pattern: argument };
    case 'query_result':
      return { ask: 'query_result', expr: argument };
    default:
      return { ask: 'series', match: trimmed };
  }
}

/** The query text of a Prometheus variable: newer dashboards put it into an object. */
export function metricQueryText(query: unknown, definition: string): string {
  if (typeof query === 'string') return query;
  if (isRecord(query)) return text(query.query) || definition;
  return definition;
}
