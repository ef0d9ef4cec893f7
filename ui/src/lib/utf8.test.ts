import { expect, it } from 'vitest';
import { textRange } from './utf8';

it('turns byte positions into positions in the editor’s text', () => {
  const text = 'naïve 🙂 AND )';
  const offset = new TextEncoder().encode('naïve 🙂 AND ').length;
  const { from, to } = textRange(text, { offset, length: 1 });
  expect(text.slice(from, to)).toBe(')');
});

it('marks a surrogate pair as a whole', () => {
  const { from, to } = textRange('🙂x', { offset: 0, length: 4 });
  expect('🙂x'.slice(from, to)).toBe('🙂');
});

it('marks the last character when the fault is the end of the text', () => {
  expect(textRange('a AND', { offset: 5, length: 0 })).toEqual({ from: 4, to: 5 });
  expect(textRange('', { offset: 0, length: 1 })).toEqual({ from: 0, to: 0 });
});
