import { describe, expect, it } from 'vitest';
import { combine, decodeFilter, encodeFilter, type Filter } from './filter';

const is = (field: string, value: Filter['value'] & {}): Filter => ({ field, negate: false, value });

describe('combine', () => {
  it('leaves a query without filters alone', () => expect(combine(' a OR b ', [])).toBe('a OR b'));

  it('keeps the query in brackets of its own, first', () =>
    expect(
      combine('a OR b', [is('agent_name', 'x'), { field: 'severity', negate: true, value: 'DEBUG' }]),
    ).toBe('(a OR b) AND agent_name.keyword:"x" AND NOT severity.keyword:"DEBUG"'));

  it.each([
    [is('a', 'say "hi" \\o/'), 'a.keyword:"say \\"hi\\" \\\\o/"'],
    [is('odd field:x', 'v'), 'odd\\ field\\:x.keyword:"v"'],
    [is('n', 5), 'n:5'],
    [is('n', -5), 'n:"-5"'],
    [is('ok', true), 'ok:true'],
    [{ field: 'n', negate: true } satisfies Filter, 'NOT _exists_:n'],
    [is('long', 'x'.repeat(300)), `long:"${'x'.repeat(300)}"`],
  ])('writes %o', (filter, text) => expect(combine('', [filter])).toBe(text));
});

describe('the URL form', () => {
  it.each<Filter>([
    is('agent_name', 'a:b "c"'),
    is('n', 5),
    is('n', '5'),
    { field: 'metadata.x', negate: true, value: false },
    { field: 'exists.only', negate: false },
  ])('gives back %o', (filter) => expect(decodeFilter(encodeFilter(filter))).toEqual(filter));

  it.each(['', 'x:1', '+a:{}', '+a:[1', '+:1'])('refuses “%s”', (text) =>
    expect(decodeFilter(text)).toBeNull(),
  );
});
