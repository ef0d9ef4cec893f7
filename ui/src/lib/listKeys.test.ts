import { expect, test } from 'vitest';
import { targetRow } from './listKeys';

test('keys go on within the list', () => {
  expect(targetRow('ArrowDown', -1, 3)).toBe(0);
  expect(targetRow('ArrowUp', 0, 3)).toBe(0);
  expect(targetRow('PageDown', 0, 40)).toBe(15);
  expect(targetRow('PageDown', 30, 40)).toBe(39);
  expect(targetRow('End', 0, 40)).toBe(39);
  expect(targetRow('x', 0, 40)).toBeNull();
});
