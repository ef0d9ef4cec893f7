import { describe, expect, it } from 'vitest';
import { makeField, makeFrame, typeOfValues, type Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import type { Transformation } from '../model/types';
import { applyTransformations } from './apply';

function table(refId: string, columns: Record<string, unknown[]>): Frame {
  return makeFrame(
    refId,
    Object.entries(columns).map(([name, values]) =>
      makeField(name, name === 'Time' ? 'time' : typeOfValues(values), values),
    ),
  );
}

function step(id: string, options: object = {}): Transformation {
  return { id, disabled: false, options: options as Transformation['options'] };
}

function result(frames: Frame[], ...steps: Transformation[]) {
  const { frames: given } = applyTransformations(frames, steps);
  return given.map((frame) =>
    Object.fromEntries(frame.fields.map((field) => [displayName(field, frame, given), field.values])),
  );
}

describe('applyTransformations', () => {
  it('organizes columns', () =>
    expect(
      Object.entries(
        result(
          [table('A', { Time: [1], job: ['x'], Value: [2] })],
          step('organize', {
            excludeByName: { Time: true },
            indexByName: { Value: 0, job: 1 },
            renameByName: { Value: 'Up' },
          }),
        )[0] ?? {},
      ),
    ).toEqual([
      ['Up', [2]],
      ['job', ['x']],
    ]));

  it('merges tables whose rows agree', () =>
    expect(
      result(
        [
          table('A', { job: ['x', 'y'], 'Value #A': [1, 2] }),
          table('B', { job: ['y', 'z'], 'Value #B': [20, 30] }),
        ],
        step('merge'),
      ),
    ).toEqual([{ job: ['x', 'y', 'z'], 'Value #A': [1, 2, null], 'Value #B': [null, 20, 30] }]));

  it('turns labels into columns', () => {
    const series = (job: string, value: number) =>
      makeFrame('A', [
        makeField('Time', 'time', [1]),
        { ...makeField('Value', 'number', [value]), labels: { job, kind: 'k' } },
      ]);
    expect(result([series('x', 1), series('y', 2)], step('labelsToFields', { keepLabels: ['job'] }))).toEqual(
      [{ Time: [1, 1], job: ['x', 'y'], Value: [1, 2] }],
    );
    expect(
      result(
        [series('x', 1), series('y', 2)],
        step('labelsToFields', { valueLabel: 'job', keepLabels: ['kind'] }),
      ),
    ).toEqual([{ Time: [1], kind: ['k'], x: [1], y: [2] }]);
  });

  it('joins by time', () =>
    expect(
      result(
        [table('A', { Time: [1, 2], a: [1, 2] }), table('B', { Time: [2, 3], b: [20, 30] })],
        step('joinByField', { mode: 'outer' }),
      ),
    ).toEqual([{ Time: [1, 2, 3], a: [1, 2, null], b: [null, 20, 30] }]));

  it('reduces series to rows', () =>
    expect(
      result(
        [table('A', { Time: [1, 2], a: [1, 3], b: [5, 7] })],
        step('reduce', { reducers: ['mean', 'max'] }),
      ),
    ).toEqual([{ Field: ['a', 'b'], Mean: [2, 6], Max: [3, 7] }]));

  it('groups, sorts and cuts rows', () =>
    expect(
      result(
        [table('A', { job: ['x', 'y', 'x', 'z'], n: [1, 9, 4, 2] })],
        step('groupBy', {
          fields: {
            job: { operation: 'groupby' },
            n: { operation: 'aggregate', aggregations: ['sum'] },
          },
        }),
        step('sortBy', { sort: [{ field: 'n (Total)', desc: true }] }),
        step('limit', { limitField: 2 }),
      ),
    ).toEqual([{ job: ['y', 'x'], 'n (Total)': [9, 5] }]));

  it('filters and renames', () =>
    expect(
      result(
        [table('A', { a1: [1], a2: [2], b: [3] }), table('B', { c: [4] })],
        step('filterByRefId', { include: 'A' }),
        step('filterFieldsByName', { include: { pattern: '/^a/' } }),
        step('renameByRegex', { regex: 'a(.)', renamePattern: 'n$1' }),
      ),
    ).toEqual([{ n1: [1], n2: [2] }]));

  it('says what it does not know, and leaves out what is switched off', () => {
    const { frames, left } = applyTransformations(
      [table('A', { a: [1] })],
      [step('spatial'), { ...step('limit', { limitField: 0 }), disabled: true }],
    );
    expect(left).toEqual(['spatial']);
    expect(frames[0]?.length).toBe(1);
  });
});
