import { describe, expect, it } from 'vitest';
import { readVariables } from '../model/readVariables';
import type { VariableDefinition } from '../model/types';
import { interpolate } from './interpolate';
import { resolveVariables, scopeOf } from './resolve';
import { ALL, type Scope } from './types';

const RANGE = { from: 0, to: 3_600_000 };

function read(...list: object[]): VariableDefinition[] {
  return readVariables({ list });
}

/** Answers with what was asked, so that the order and the filling can be seen. */
const echo = (definition: VariableDefinition, scope: Scope) =>
  Promise.resolve(interpolate(String(definition.query), scope).split(' '));

function resolve(
  definitions: VariableDefinition[],
  selection: Record<string, string[]> = {},
  ask: typeof echo = echo,
) {
  const chosen = new Map(Object.entries(selection));
  return resolveVariables({ definitions, selection: chosen, range: RANGE, sources: () => [], ask });
}

describe('resolveVariables', () => {
  it('takes the URL before the file, and the first option when neither exists any more', async () => {
    const definitions = read({ name: 'a', type: 'custom', query: 'x, y, Zed : z', current: { value: 'y' } });
    const current = async (selection: Record<string, string[]>) =>
      (await resolve(definitions, selection))[0]?.current;
    expect(await current({})).toEqual(['y']);
    expect(await current({ a: ['z'] })).toEqual(['z']);
    expect(await current({ a: ['Zed'] })).toEqual(['z']);
    expect(await current({ a: ['gone'] })).toEqual(['x']);
  });

  it('asks for those that others need first, in whatever order they stand', async () => {
    const definitions = read(
      { name: 'child', type: 'query', query: '$parent-1 $parent-2' },
      { name: 'parent', type: 'query', query: 'p q' },
    );
    const [child, parent] = await resolve(definitions, { parent: ['q'] });
    expect(parent?.options.map((each) => each.value)).toEqual(['p', 'q']);
    expect(child?.options.map((each) => each.value)).toEqual(['q-1', 'q-2']);
  });

  it('offers everything where the file allows it', async () => {
    const definitions = read({ name: 'a', type: 'custom', query: 'x,y', multi: true, includeAll: true });
    const [all] = await resolve(definitions, { a: ['All'] });
    expect(all?.current).toEqual([ALL]);
    const scope = scopeOf(all ? [all] : [], RANGE);
    expect(interpolate('${a:csv} ${a:text}', scope)).toBe('x,y All');
    expect((await resolve(definitions, { a: ['x', 'y'] }))[0]?.current).toEqual(['x', 'y']);
  });

  it('keeps the choice when the options cannot be read, and says why', async () => {
    const definitions = read({ name: 'a', type: 'query', query: 'x', current: { value: 'kept' } });
    const [failed] = await resolve(definitions, {}, () => Promise.reject(new Error('no such index')));
    expect(failed?.current).toEqual(['kept']);
    expect(failed?.error?.message).toBe('no such index');
  });

  it('computes an automatic interval from the range', async () => {
    const definitions = read({ name: 'step', type: 'interval', query: '1m,5m', auto: true, auto_count: 60 });
    const [variable] = await resolve(definitions, { step: ['$__auto'] });
    expect(interpolate('$step', scopeOf(variable ? [variable] : [], RANGE))).toBe('1m');
    expect(variable?.options.map((each) => each.text)).toEqual(['auto', '1m', '5m']);
  });

  it('leaves text boxes and constants as they are', async () => {
    const definitions = read(
      { name: 't', type: 'textbox', query: '*', current: { value: '*' } },
      { name: 'c', type: 'constant', query: 'fixed' },
    );
    const [box, constant] = await resolve(definitions, { t: ['any thing'], c: ['other'] });
    expect([box?.current, constant?.current]).toEqual([['any thing'], ['fixed']]);
  });
});
