import { describe, expect, it } from 'vitest';
import { rangeScope, stepScope } from './builtIn';
import { interpolate, references } from './interpolate';
import { single, type Scope, type VariableValue } from './types';

const several = (...values: string[]): VariableValue => ({
  values,
  texts: values,
  whole: null,
  verbatim: null,
  multi: true,
});

const scope: Scope = new Map([
  ['host', single('web.1')],
  ['hosts', several('web.1', 'web(2)')],
  ['one', several('a.b')],
  ['all', { ...several('x', 'y'), whole: 'All', verbatim: '.*' }],
  ['quoted', single('say "hi"\\')],
  ['named', single('v1', 'Version 1')],
  ['id', single('4f2a-11')],
]);

describe('interpolate', () => {
  it.each([
    ['$host', 'web.1'],
    ['[[host]]', 'web.1'],
    ['a${host}b', 'aweb.1b'],
    ['$nobody and ${nobody:csv}', '$nobody and ${nobody:csv}'],
    ['${hosts}', '{web.1,web(2)}'],
    ['${hosts:csv}', 'web.1,web(2)'],
    ['[[hosts:pipe]]', 'web.1|web(2)'],
    ['${hosts:regex}', '(web\\.1|web\\(2\\))'],
    ['${hosts:json}', '["web.1","web(2)"]'],
    ['${host:json}', '"web.1"'],
    ['${hosts:singlequote}', "'web.1','web(2)'"],
    ['${hosts:queryparam}', 'var-hosts=web.1&var-hosts=web%282%29'],
    ['${named} ${named:text} ${named.text}', 'v1 Version 1 Version 1'],
    ['${all:regex} ${all:text}', '.* All'],
    ['${host:percentencode}', 'web.1'],
  ])('fills %s', (text, filled) => expect(interpolate(text, scope)).toBe(filled));

  it('escapes for PromQL as the matcher needs it', () => {
    const fill = (text: string) => interpolate(text, scope, 'prometheus');
    expect(fill('up{h=~"$hosts"}')).toBe('up{h=~"(web\\\\.1|web\\\\(2\\\\))"}');
    expect(fill('up{h=~"$one"}')).toBe('up{h=~"a\\\\.b"}');
    expect(fill('up{h="$host"}')).toBe('up{h="web.1"}');
    expect(fill('up{h="$quoted"}')).toBe('up{h="say \\"hi\\"\\\\"}');
    expect(fill('up{h=~"$all"}')).toBe('up{h=~".*"}');
  });

  it('escapes for Lucene, and leaves what the author wrote for all', () => {
    const fill = (text: string) => interpolate(text, scope, 'lucene');
    expect(fill('h:$hosts')).toBe('h:("web.1" OR "web\\(2\\)")');
    expect(fill('h:$id')).toBe('h:4f2a\\-11');
    expect(fill('h:${id:raw}')).toBe('h:4f2a-11');
    expect(fill('h:$all')).toBe('h:.*');
  });
});

it('names what a text refers to', () =>
  expect(references('$a ${b:csv} [[c]] ${d.text}')).toEqual(['a', 'b', 'c', 'd']));

it('knows the step and the range', () => {
  const built: Scope = new Map([
    ...stepScope(15_000, 15_000),
    ...rangeScope({ from: 1_000_000, to: 4_600_000 }),
  ]);
  expect(interpolate('rate(x[$__rate_interval])[$__range:$__interval] $__range_s $__range_ms', built)).toBe(
    'rate(x[1m])[3600s:15s] 3600 3600000',
  );
  expect(interpolate('$__interval_ms ${__from} ${__to:date:iso}', built)).toBe(
    '15000 1000000 1970-01-01T01:16:40.000Z',
  );
});
