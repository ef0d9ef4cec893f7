import { describe, expect, it } from 'vitest';
import { fieldBefore, tokenize } from './tokenize';

const kinds = (text: string) =>
  tokenize(text)
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, text: part }) => `${kind} ${part}`);

describe('tokenize', () => {
  it('knows fields, operators, phrases and groups', () =>
    expect(kinds('agent_name:writer AND NOT (message:"a b"~2 OR retry*)')).toEqual([
      'field agent_name',
      'colon :',
      'term writer',
      'operator AND',
      'operator NOT',
      'paren (',
      'field message',
      'colon :',
      'phrase "a b"',
      'modifier ~2',
      'operator OR',
      'term retry*',
      'paren )',
    ]));

  it('knows ranges, comparisons, numbers and regular expressions', () =>
    expect(kinds('a:[1 TO 5} b:>=10 c:/x.*/ -d:7')).toEqual([
      'field a',
      'colon :',
      'range [1 TO 5}',
      'field b',
      'colon :',
      'range >=',
      'number 10',
      'field c',
      'colon :',
      'regex /x.*/',
      'operator -',
      'field d',
      'colon :',
      'number 7',
    ]));

  it('takes words that only begin like an operator as words', () =>
    expect(kinds('ANDROID ORDER')).toEqual(['term ANDROID', 'term ORDER']));

  it.each(['"open', 'a:', ')(', '[1 TO', '\\', ':::', '~^'])(
    'covers the broken text %s without a gap',
    (text) =>
      expect(
        tokenize(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text),
  );
});

describe('fieldBefore', () => {
  it.each([
    ['agent_name:', 'agent_name'],
    ['agent_name: ', 'agent_name'],
    ['agent_name:wri', 'agent_name'],
    ['a:1 AND severity:"ER', 'severity'],
  ])('finds the field in “%s”', (text, field) => expect(fieldBefore(text, text.length)).toBe(field));

  it.each(['', 'agent', 'agent_name:x ', 'a:1 AND '])('finds none in “%s”', (text) =>
    expect(fieldBefore(text, text.length)).toBeNull(),
  );
});
