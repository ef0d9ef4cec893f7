import { expect, it } from 'vitest';
import { highlightTerms, mark, matcherFor } from './highlight';

const marked = (query: string, field: string, text: string) =>
  mark(text, matcherFor(highlightTerms(query), field))
    .filter((piece) => piece.marked)
    .map((piece) => piece.text);

it('marks whole words, whatever their case', () =>
  expect(marked('connection', 'message', 'Connection lost, reconnection failed')).toEqual(['Connection']));

it('marks phrases and prefixes', () => {
  expect(marked('"connection lost"', 'message', 'the connection  lost it')).toEqual(['connection  lost']);
  expect(marked('recon*', 'message', 'reconnected (again)')).toEqual(['reconnected']);
});

it('keeps a field’s words to that field', () => {
  expect(marked('message:lost', 'message', 'lost')).toEqual(['lost']);
  expect(marked('message:lost', 'agent_name', 'lost')).toEqual([]);
});

it('does not mark what is excluded', () => expect(marked('a NOT b -c', 'message', 'a b c')).toEqual(['a']));

it('takes syntax in words literally', () => expect(marked('a.b', 'message', 'axb a.b')).toEqual(['a.b']));

it('takes every sign in a phrase literally', () => {
  expect(marked('"c1-9f"', 'message', 'of c1-9f.')).toEqual(['c1-9f']);
  for (const sign of '!#$%&()*+,-./:;<=>?@[]^_`{|}~') {
    const word = `a${sign}b`;
    expect(marked(`"${word}"`, 'message', `see ${word}`)).toEqual([word]);
  }
});

it('loses no text', () => {
  const text = 'x lost y lost';
  const pieces = mark(text, matcherFor(highlightTerms('lost'), 'message'));
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});
