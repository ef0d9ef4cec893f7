import { expect, it } from 'vitest';
import { metricList, searchMetrics, usualQuery } from './metricList';

const METADATA = {
  task_latency_seconds: [{ type: 'histogram', help: 'How long tasks took', unit: '' }],
  errors_encountered: [{ type: 'counter', help: 'Errors by class', unit: '' }],
  up: [{ type: 'unknown', help: '', unit: '' }],
};
const LIST = metricList(
  ['errors_encountered_total', 'latency', 'task_latency_seconds_bucket', 'up'],
  METADATA,
);
const found = (text: string, type = '') => searchMetrics(LIST, text, type).map(({ name }) => name);

it('takes type and help from the name without the part', () => {
  expect(LIST[0]).toEqual({ name: 'errors_encountered_total', type: 'counter', help: 'Errors by class' });
  expect(LIST[2]?.type).toBe('histogram');
  expect(LIST[3]?.type).toBe('');
});

it('finds every word, in names before helps', () => {
  expect(found('latency')).toEqual(['latency', 'task_latency_seconds_bucket']);
  expect(found('tasks LONG')).toEqual(['task_latency_seconds_bucket']);
  expect(found('latency', 'histogram')).toEqual(['task_latency_seconds_bucket']);
  expect(found('nothing like it')).toEqual([]);
});

it('asks of each type what is usually asked', () => {
  expect(LIST.map(usualQuery)).toEqual([
    'rate(errors_encountered_total[5m])',
    'latency',
    'histogram_quantile(0.95, sum by (le) (rate(task_latency_seconds_bucket[5m])))',
    'up',
  ]);
});
