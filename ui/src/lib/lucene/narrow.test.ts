import { describe, expect, it } from 'vitest';
import { narrow } from './narrow';

describe('narrow', () => {
  it('is the other query when there is none', () => {
    expect(narrow(' ', 'message:"a b"', false)).toBe('message:"a b"');
    expect(narrow('', 'message:"a" AND message:"b"', true)).toBe('NOT (message:"a" AND message:"b")');
  });

  it('keeps what a person typed in brackets of its own', () =>
    expect(narrow('a OR b', 'message:"c"', false)).toBe('(a OR b) AND message:"c"'));

  it('leaves a single word without brackets', () =>
    expect(narrow('severity:ERROR', 'message:"c"', true)).toBe('severity:ERROR AND NOT (message:"c")'));

  it('does not pile brackets up when it is used again', () => {
    const once = narrow('', 'message:"a b"', true);
    expect(narrow(once, 'message:"c"', true)).toBe('NOT (message:"a b") AND NOT (message:"c")');
  });
});
