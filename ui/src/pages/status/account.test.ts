import { describe, expect, it } from 'vitest';
import { lost } from './account';

describe('the loss of an account', () => {
  it('is what was refused, dropped, or does not add up', () => {
    expect(lost({ received: 10, stored: 9, refused: 1, dropped: 2 })).toBe(3);
    expect(lost({ received: 10, stored: 7, refused: 0, dropped: 0 })).toBe(3);
    expect(lost({ received: 7, stored: 10, refused: 0, dropped: 0 })).toBe(3);
    expect(lost({ received: 10, stored: 10, refused: 0, dropped: 0 })).toBe(0);
  });
});
