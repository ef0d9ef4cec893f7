import { describe, expect, it } from 'vitest';
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
