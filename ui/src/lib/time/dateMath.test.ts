import { describe, expect, it } from 'vitest';
import { parseDateMath } from './dateMath';

const NOW = Date.parse('2026-01-31T12:34:56.789Z');
const at = (text: string) => {
  const parsed = parseDateMath(text, NOW);
  return parsed === null ? null : new Date(parsed).toISOString();
};

describe('parseDateMath', () => {
  it.each([
    ['now', '2026-01-31T12:34:56.789Z'],
    ['now-15m', '2026-01-31T12:19:56.789Z'],
    ['now+1h-30s', '2026-01-31T13:34:26.789Z'],
    ['now/d', '2026-01-31T00:00:00.000Z'],
    ['now-1d/d', '2026-01-30T00:00:00.000Z'],
    ['now/w', '2026-01-26T00:00:00.000Z'],
    ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31 10:00', '2026-01-31T09:00:00.000Z'],
  ])('reads %s', (text, expected) => expect(at(text)).toBe(expected));

  it.each(['', 'now-', 'now-5x', 'nowish', 'yesterday', '15', '2026-13-45'])('refuses “%s”', (text) =>
    expect(at(text)).toBeNull(),
  );
});
