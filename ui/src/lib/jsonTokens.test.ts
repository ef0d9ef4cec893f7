import { expect, it } from 'vitest';
import { jsonTokens } from './jsonTokens';

const text = JSON.stringify({ key: 'a "quoted": 1', n: [-1.5e9, true, null], empty: '' }, null, 2);

it('tells keys from strings and loses no text', () => {
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  const of = (kind: string) => tokens.filter((token) => token.kind === kind).map((token) => token.text);
  expect(of('key')).toEqual(['"key"', '"n"', '"empty"']);
  expect(of('string')).toEqual(['"a \\"quoted\\": 1"', '""']);
  expect(of('number')).toEqual(['-1500000000']);
  expect(of('literal')).toEqual(['true', 'null']);
});
