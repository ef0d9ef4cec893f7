import { describe, expect, it } from 'vitest';
import { makeField, makeFrame } from '../frames/frame';
import { reducer, reducerLabel } from './reducers';
import { reducedValues } from './values';

describe('reducer', () => {
  const values = [4, null, 1, 3, NaN, null];
  it.each([
    ['lastNotNull', 3],
    ['last', null],
    ['firstNotNull', 4],
    ['min', 1],
    ['max', 4],
    ['mean', 8 / 3],
    ['median', 3],
    ['sum', 8],
    ['count', 6],
    ['range', 3],
    ['diff', -1],
    ['p50', 3],
    ['changeCount', 5],
    ['distinctCount', 5],
  ])('computes %s', (id, result) => expect(reducer(id)(values)).toBe(result));

  it('takes resets out of a counter', () => expect(reducer('delta')([10, 15, 2, 4])).toBe(9));
  it('has nothing to say about nothing', () => expect(reducer('mean')([null])).toBeNull());
  it('has names', () => expect([reducerLabel('p95'), reducerLabel('sum')]).toEqual(['95th %', 'Total']));
});

describe('reducedValues', () => {
  const series = (name: string, values: unknown[]) =>
    makeFrame('A', [
      makeField(
        'Time',
        'time',
        values.map((_, index) => index),
      ),
      { ...makeField('Value', 'number', values), sourceName: name },
    ]);

  it('gives one value for each series and calculation', () => {
    const found = reducedValues([series('a', [1, 2]), series('b', [3])], { calcs: ['lastNotNull', 'max'] });
    expect(found.map(({ name, value }) => [name, value])).toEqual([
      ['a (Last *)', 2],
      ['a (Max)', 2],
      ['b (Last *)', 3],
      ['b (Max)', 3],
    ]);
  });
  it('gives one value for each row, named by its words', () => {
    const table = makeFrame('A', [
      makeField('state', 'string', ['queued', 'failed']),
      makeField('tasks', 'number', [7, 0]),
    ]);
    expect(reducedValues([table], { values: true }).map(({ name, value }) => [name, value])).toEqual([
      ['queued', 7],
      ['failed', 0],
    ]);
  });
  it('picks fields by name or pattern', () => {
    const frames = [series('a', [1]), series('b', [2])];
    expect(reducedValues(frames, { fields: 'b' }).map(({ name }) => name)).toEqual(['b']);
    expect(reducedValues(frames, { fields: '/^a/' }).map(({ name }) => name)).toEqual(['a']);
  });
});
