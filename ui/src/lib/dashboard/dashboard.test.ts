import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressScope, formatView, parseView } from './dashboardUrl';
import { KNOWN_SOURCES, resolveSource, sourceOptions } from './dataSources';
import { filledLink, linkSearch, safeUrl } from './links';
import { filterDashboards, listPath, parseListView, tagsOf } from './list';
import { readDashboard } from './model/readDashboard';
import { single } from './variables/types';

describe('the URL of a dashboard', () => {
  it('comes back as it was', () => {
    const search = 'from=now-1h&to=now&var-a=x&var-a=y&var-b=&refresh=10s&viewPanel=7&row=3';
    expect(formatView(parseView(search))).toBe(search);
    expect([...parseView(search).variables]).toEqual([
      ['a', ['x', 'y']],
      ['b', ['']],
    ]);
  });
  it('reads the links of Grafana', () => {
    const view = parseView('from=1769860800000&to=now&viewPanel=panel-3');
    expect([view.from, view.viewPanel]).toEqual(['2026-01-31T12:00:00.000Z', '3']);
  });
});

describe('readDashboard', () => {
  it('fills in what is absent', () => {
    const { title, panels, from } = readDashboard({ panels: [{}, { gridPos: { x: 20, w: 12 } }] });
    expect([title, from, panels.length]).toEqual(['Untitled', 'now-6h', 2]);
    expect(panels[1]?.gridPos).toEqual({ x: 12, y: 0, w: 12, h: 8 });
    expect(panels[0]?.key).not.toBe(panels[1]?.key);
  });
  it.each([null, 7, 'text', [], { panels: 'none', templating: 3 }])('survives %j', (raw) =>
    expect(readDashboard(raw).panels).toEqual([]),
  );
});

describe('data sources', () => {
  it('are those of the provisioned file', () => {
    const file = readFileSync('../deploy/grafana/provisioning/datasources/datasources.yml', 'utf8');
    const blocks = file.split(/^ {2}- /m).slice(1);
    const provisioned = blocks
      .map((block) => {
        const of = (name: string) => new RegExp(`^ *${name}: '?([^'\\n]+)`, 'm').exec(block)?.[1];
        return { uid: of('uid'), name: of('name'), type: of('type'), index: of('index') };
      })
      .filter(({ type }) => type === 'prometheus' || type === 'elasticsearch');
    const known = KNOWN_SOURCES.map(({ uid, name, source }) => ({
      uid,
      name,
      type: source.kind,
      index: source.kind === 'elasticsearch' ? source.index : undefined,
    }));
    expect(known).toEqual(provisioned);
  });
  it('are found by uid, by variable, by name and by type', () => {
    const scope = new Map([['ds', single('elasticsearch-test-agent')]]);
    const found = (uid: string, type = '') => resolveSource([{ uid, type }], scope);
    expect(found('elasticsearch-filebeat')).toEqual({ kind: 'elasticsearch', index: 'filebeat-*' });
    expect(found('${ds}')).toEqual({ kind: 'elasticsearch', index: 'test_agent-*' });
    expect(found('Prometheus')).toEqual({ kind: 'prometheus' });
    expect(found('P1809F7CD0C75ACF3', 'prometheus')).toEqual({ kind: 'prometheus' });
    expect(found('other', 'elasticsearch')).toEqual({ kind: 'elasticsearch', index: '*' });
    expect(found('pg', 'grafana-postgresql-datasource')).toMatchObject({ kind: 'other' });
    expect(resolveSource([null, null], scope)).toEqual({ kind: 'prometheus' });
    expect(sourceOptions('prometheus')).toEqual([{ text: 'Prometheus', value: 'prometheus' }]);
  });
});

describe('links', () => {
  it.each([
    ['https://example.com/x', 'https://example.com/x'],
    ['/tasks?state=failed', '/tasks?state=failed'],
    ['/d/abc/some-name?var-x=1', '/dashboards/abc?var-x=1'],
    ['d/abc', '/dashboards/abc'],
    ['javascript:alert(1)', null],
    [' JavaScript:alert(1)', null],
    ['data:text/html,x', null],
  ])('makes %s safe', (url, safe) => expect(safeUrl(url)).toBe(safe));
  it('take along the view where they ask for it', () => {
    const view = parseView('from=now-1h&to=now&var-a=x y&viewPanel=3');
    const scope = new Map([...addressScope(view), ['__value.raw', single('a&b')] as const]);
    expect(filledLink('/d/u?var-b=${__value.raw}&${__url_time_range}&${__all_variables}', scope)).toBe(
      '/dashboards/u?var-b=a%26b&from=now-1h&to=now&var-a=x+y',
    );
  });
  it('keep what they are told to', () => {
    const now = new URLSearchParams('from=a&to=b&var-x=1&viewPanel=2');
    expect(linkSearch({ keepTime: true, includeVars: false }, now)).toBe('from=a&to=b');
    expect(linkSearch({ keepTime: false, includeVars: true }, now)).toBe('var-x=1');
  });
});

describe('the list of dashboards', () => {
  const all = [
    { uid: '1', title: 'Test Agent', tags: ['agents', 'swarmscope'], folder: 'B' },
    { uid: '2', title: 'Orchestrator', tags: ['swarmscope'], folder: 'B' },
    { uid: '3', title: 'Mine', tags: [], folder: 'A' },
  ];
  const uids = (query: string, ...tags: string[]) =>
    filterDashboards(all, { query, tags }).map(({ uid }) => uid);
  it('is narrowed by words and tags, and sorted by folder and title', () => {
    expect(uids('')).toEqual(['3', '2', '1']);
    expect(uids('agent B')).toEqual(['1']);
    expect(uids('', 'swarmscope', 'agents')).toEqual(['1']);
    expect(tagsOf(all)).toEqual(['agents', 'swarmscope']);
  });
  it('lives in the URL', () =>
    expect(parseListView(listPath({ query: 'a b', tags: ['x', 'y'] }).split('?')[1] ?? '')).toEqual({
      query: 'a b',
      tags: ['x', 'y'],
    }));
});
