import { expect, it } from 'vitest';
import { fieldValue, flatten, textOf } from './flatten';

it('names nested fields with dots and keeps arrays whole', () =>
  expect(flatten({ a: { b: 1, c: { d: null } }, list: [{ x: 1 }], empty: {} })).toEqual([
    { name: 'a.b', value: 1 },
    { name: 'a.c.d', value: null },
    { name: 'list', value: [{ x: 1 }] },
    { name: 'empty', value: {} },
  ]));

it('finds a field however its name is split', () => {
  expect(fieldValue({ metadata: { correlation_id: 'x' } }, 'metadata.correlation_id')).toBe('x');
  expect(fieldValue({ 'metadata.correlation_id': 'x' }, 'metadata.correlation_id')).toBe('x');
  expect(fieldValue({ a: { 'b.c': 1 } }, 'a.b.c')).toBe(1);
  expect(fieldValue({ a: 1 }, 'a.b')).toBeUndefined();
  expect(fieldValue({ a: { b: false } }, 'a.b')).toBe(false);
});

it('writes values as one line of text', () => {
  expect(textOf([1, 'two'])).toBe('1, two');
  expect(textOf({ a: [1] })).toBe('{"a":[1]}');
  expect(textOf(null)).toBe('null');
  expect(textOf(undefined)).toBe('');
});
