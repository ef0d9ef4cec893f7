import { describe, expect, it } from 'vitest';
import { customOptions } from './custom';
import { parseLogQuestion } from './elasticQuery';
import { optionsFrom } from './options';
import { metricQueryText, parseMetricQuestion } from './prometheusQuery';

describe('parseMetricQuestion', () => {
  it.each([
    ['label_values(job)', { ask: 'label_values', label: 'job', metric: '' }],
    [
      'label_values(up{a="b,c"}, instance)',
      { ask: 'label_values', label: 'instance', metric: 'up{a="b,c"}' },
    ],
    ['label_names()', { ask: 'label_names', metric: '' }],
    ['metrics(task_.*)', { ask: 'metrics', pattern: 'task_.*' }],
    ['query_result(sum by (a) (up))', { ask: 'query_result', expr: 'sum by (a) (up)' }],
    ['up{job="x"}', { ask: 'series', match: 'up{job="x"}' }],
  ])('reads %s', (query, question) => expect(parseMetricQuestion(query)).toEqual(question));

  it('finds the text in either model', () => {
    expect(metricQueryText('a', 'b')).toBe('a');
    expect(metricQueryText({ query: 'c', refId: 'x' }, 'b')).toBe('c');
    expect(metricQueryText({}, 'b')).toBe('b');
  });
});

describe('parseLogQuestion', () => {
  it('reads terms with their order', () => {
    expect(parseLogQuestion('{"find": "terms", "field": "a.keyword", "size": 200}')).toEqual({
      find: 'terms',
      field: 'a.keyword',
      query: '',
      size: 200,
      byCount: false,
      order: 'asc',
    });
    expect(parseLogQuestion({ find: 'terms', field: 'a', orderBy: 'doc_count' })).toMatchObject({
      byCount: true,
      order: 'desc',
    });
  });
  it('refuses what is no question', () => expect(parseLogQuestion('agent_name')).toBeNull());
});

describe('optionsFrom', () => {
  const values = (regex: string, sort: number) =>
    optionsFrom(['b10', 'a2', 'B1', 'a2'], regex, sort).map((option) => option.value);

  it('keeps each value once', () => expect(values('', 0)).toEqual(['b10', 'a2', 'B1']));
  it.each([
    [1, ['B1', 'a2', 'b10']],
    [2, ['b10', 'a2', 'B1']],
    [3, ['B1', 'a2', 'b10']],
    [4, ['b10', 'a2', 'B1']],
    [7, ['a2', 'B1', 'b10']],
  ])('sorts by %i', (sort, sorted) => expect(values('', sort)).toEqual(sorted));
  it('takes the group of a pattern', () => {
    expect(values('/b(\\d+)/i', 0)).toEqual(['10', '1']);
    expect(optionsFrom(['x=1'], '/(?<text>\\w)=(?<value>\\d)/', 0)).toEqual([{ text: 'x', value: '1' }]);
  });
});

it('reads custom options', () =>
  expect(customOptions('a, b\\, c, One : 1')).toEqual([
    { text: 'a', value: 'a' },
    { text: 'b, c', value: 'b, c' },
    { text: 'One', value: '1' },
  ]));
