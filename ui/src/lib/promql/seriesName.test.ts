import { describe, expect, it } from 'vitest';
import { errorHint } from './errorHint';
import { errorPosition } from './errorPosition';
import { seriesName, shortNames } from './seriesName';

describe('seriesName', () => {
  it.each([
    [{ __name__: 'up' }, 'up'],
    [{ __name__: 'up', job: 'a', instance: 'b:1' }, 'up{instance="b:1", job="a"}'],
    [{ job: 'a' }, '{job="a"}'],
    [{}, '{}'],
    [{ __name__: 'my.metric', 'a.b': 'c"d' }, '{"my.metric", "a.b"="c\\"d"}'],
  ])('writes %j', (labels, text) => expect(seriesName(labels)).toBe(text));
});

describe('shortNames', () => {
  it('leaves out what all series share', () => {
    const series = [
      { __name__: 'up', job: 'a', instance: '1' },
      { __name__: 'up', job: 'a', instance: '2' },
    ];
    expect(shortNames(series)).toEqual({
      names: ['{instance="1"}', '{instance="2"}'],
      shared: { __name__: 'up', job: 'a' },
    });
  });
  it('keeps the whole name of a single one', () =>
    expect(shortNames([{ __name__: 'up', job: 'a' }]).names).toEqual(['up{job="a"}']));
});

describe('errorPosition', () => {
  it('finds the byte that a parse error names', () => {
    const message = 'invalid parameter "query": 1:5: parse error: unexpected end of input';
    expect(errorPosition('sum(', message)).toEqual({ offset: 4, length: 1 });
  });
  it('counts earlier lines in bytes', () =>
    expect(errorPosition('# é\nsum(', '2:5: parse error: unexpected end of input')?.offset).toBe(9));
  it('is null without a place', () => expect(errorPosition('up', 'query timed out')).toBeNull());
});

describe('errorHint', () => {
  it.each([
    [503, 'timeout', 'query timed out in query execution', 'coarser'],
    [422, 'execution', 'query processing would load too many samples into memory', 'fewer series'],
    [422, 'execution', 'many-to-many matching not allowed', 'group_left'],
    [400, 'bad_data', 'exceeded maximum resolution of 11,000 points per timeseries', 'larger step'],
    [404, 'internal', 'The server answered 404', 'no metrics engine'],
  ])('knows what to do about %i %s %s', (status, type, message, words) =>
    expect(errorHint(status, type, message)).toContain(words),
  );
  it('adds nothing to a parse error', () =>
    expect(errorHint(400, 'bad_data', '1:2: parse error')).toBeUndefined());
});
