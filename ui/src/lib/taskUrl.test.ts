import { expect, test } from 'vitest';
import { isFiltered, parseTaskView, scopeOf, tasksLink } from './taskUrl';

test('a view survives its own link', () => {
  const link =
    '/tasks?tab=schedules&state=dead_letter&type=research&agent=a+b&priority=high&correlation=c%2F1&q=boom&page=3&task=t&form=%2B';
  expect(tasksLink(parseTaskView(link.slice('/tasks'.length)))).toBe(link);
  expect(tasksLink(parseTaskView(''))).toBe('/tasks');
});

test('what is none is left out', () => {
  const view = parseTaskView('?tab=x&state=gone&priority=urgent&page=-1');
  expect(view).toMatchObject({ tab: 'tasks', state: '', priority: '', page: 0 });
  expect(isFiltered(view)).toBe(false);
});

test('the filters are what the API is asked for', () => {
  const view = parseTaskView('?state=failed&q=boom&correlation=c');
  expect(isFiltered(view)).toBe(true);
  expect(scopeOf(view)).toEqual({
    state: 'failed',
    task_type: '',
    agent_name: '',
    priority: '',
    correlation_id: 'c',
    text: 'boom',
  });
});
