import { describe, expect, it } from 'vitest';
import { errorsOf } from './errorsOf';

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
