import { describe, expect, it } from 'vitest';
import { DEFAULT_COLUMNS, discoverLink, formatState, parseState, type DiscoverState } from './discoverUrl';
import { ALL_TIME, DEFAULT_RANGE } from './time/range';

describe('the URL of Discover', () => {
  it('says nothing about what is as usual', () => {
    expect(formatState(parseState(''))).toBe('');
    expect(discoverLink({})).toBe('/discover');
  });

  it('gives back everything', () => {
    const state: DiscoverState = {
      query: 'severity:ERROR AND "a & b"',
      index: 'filebeat-*,openstack',
      range: { from: 'now-4h', to: '' },
      refresh: 10,
      filters: [
        { field: 'agent_name', negate: true, value: 'x y' },
        { field: 'n', negate: false },
      ],
      columns: ['message', 'metadata.task_id'],
      sort: 'asc',
      expanded: ['i/1', 'i/a&b'],
      live: true,
      view: 'patterns',
      patternOrder: 'new',
    };
    expect(parseState(formatState(state))).toEqual(state);
  });

  it('tells all time from the usual range', () => {
    expect(parseState(formatState({ ...parseState(''), range: ALL_TIME })).range).toEqual(ALL_TIME);
    expect(parseState('').range).toEqual(DEFAULT_RANGE);
  });

  it('survives what a person may type into it', () => {
    const state = parseState('?refresh=7&f=nonsense&f=%2Ba:1&sort=up&view=x&patterns=y');
    expect(state).toMatchObject({ refresh: 0, sort: 'desc', filters: [{ field: 'a', value: 1 }] });
    expect(state).toMatchObject({ view: 'documents', patternOrder: 'count' });
    expect(state.columns).toEqual(DEFAULT_COLUMNS);
  });
});
