import { describe, expect, it } from 'vitest';
import { errorLink, errorsLink, parseErrorsView, parseErrorView } from './errorsUrl';

describe('the URL of the errors page', () => {
  it('has nothing to say of the defaults', () => {
    expect(errorsLink({})).toBe('/errors');
    expect(parseErrorsView('')).toMatchObject({ state: 'open', sort: 'last_seen', since: 'now-7d', page: 0 });
  });

  it('keeps every part of a view', () => {
    const view = parseErrorsView(
      'state=all&query=a%20b&agent=w&type=T&correlation=c&version=1.2&taskType=t&back=true&since=now-1h&sort=count&page=3',
    );
    expect(view).toEqual({
      state: '',
      query: 'a b',
      agent: 'w',
      type: 'T',
      correlation: 'c',
      version: '1.2',
      taskType: 't',
      back: true,
      since: 'now-1h',
      sort: 'count',
      page: 2,
    });
    expect(parseErrorsView(errorsLink(view).split('?')[1] ?? '')).toEqual(view);
  });

  it('keeps the view of one error', () => {
    expect(errorLink('a/b')).toBe('/errors/a%2Fb');
    const view = { since: 'now-1h', allTasks: true, allNames: true };
    expect(parseErrorView(errorLink('a', view).split('?')[1] ?? '')).toEqual(view);
  });

  it('takes what it does not know for the default', () => {
    expect(parseErrorsView('sort=x&page=-4&since=ever')).toEqual(parseErrorsView(''));
  });
});
