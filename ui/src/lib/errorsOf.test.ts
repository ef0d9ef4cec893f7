import { describe, expect, it } from 'vitest';
import type { ErrorGroup } from '../api/errors';
import { errorsLike, errorsOf } from './errorsOf';

describe('the groups of a document', () => {
  it('are those of its type and correlation id', () => {
    const source = { severity: 'error', metadata: { correlation_id: 'c', exception: { type: 'T' } } };
    expect(errorsOf(source)).toBe('/errors?state=all&type=T&correlation=c&since=now-30d');
  });

  it('are there for errors alone', () => {
    expect(errorsOf({ severity: 'INFO' })).toBeNull();
    expect(errorsOf({})).toBeNull();
    expect(errorsOf({ severity: 'CRITICAL' })).toBe('/errors?state=all&since=now-30d');
  });
});

it('a link says how many there are, and what became of them', () => {
  const group = { count: 1, state: 'open', regressed_at: null } as ErrorGroup;
  expect(errorsLike(group)).toBe('The only error like this');
  expect(errorsLike({ ...group, count: 1_200, state: 'resolved' })).toBe('1,200 errors like this, resolved');
  expect(errorsLike({ ...group, count: 2, regressed_at: '2026-01-31T12:00:00.000Z' })).toBe(
    '2 errors like this, came back',
  );
});
