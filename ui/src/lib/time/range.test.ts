import { describe, expect, it } from 'vitest';
import { ALL_TIME, describeRange, rangeProblem, resolveRange } from './range';

const NOW = Date.parse('2026-01-31T12:00:00Z');

describe('resolveRange', () => {
  it('fixes relative ends and leaves open ones open', () => {
    expect(resolveRange({ from: 'now-1h', to: 'now' }, NOW)).toEqual({
      from: '2026-01-31T11:00:00.000Z',
      to: '2026-01-31T12:00:00.000Z',
    });
    expect(resolveRange(ALL_TIME, NOW)).toEqual({ from: undefined, to: undefined });
  });
});

describe('rangeProblem', () => {
  it('accepts open ends', () => expect(rangeProblem({ from: '', to: 'now' }, NOW)).toBeNull());
  it('wants both ends where a range cannot be open', () =>
    expect(rangeProblem({ from: '', to: 'now' }, NOW, false)).toBe('The range needs a start and an end.'));
  it('names the end that is no time', () => {
    expect(rangeProblem({ from: 'soon', to: 'now' }, NOW)).toContain('soon');
    expect(rangeProblem({ from: 'now-1h', to: 'later' }, NOW)).toContain('later');
  });
  it('refuses an empty range', () =>
    expect(rangeProblem({ from: 'now', to: 'now-1h' }, NOW)).toBe('The start must be before the end.'));
});

describe('describeRange', () => {
  it('names presets', () => expect(describeRange({ from: 'now-15m', to: 'now' })).toBe('Last 15 minutes'));
  it('shows instants in local time', () =>
    expect(describeRange({ from: '2026-01-31T11:00:00.000Z', to: '' })).toBe('2026-01-31 12:00:00 → open'));
});
