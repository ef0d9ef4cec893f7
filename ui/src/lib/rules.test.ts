import { describe, expect, it } from 'vitest';
import type { AlertState, Rule, RuleGroup } from '../api/prometheusTypes';
import { alertsLink, parseAlertsView } from './alertsUrl';
import { alertingGroups, countByState, groupKey, instanceLabels, recordingGroups, sortAlerts } from './rules';

const COMMON = { health: 'ok', lastEvaluation: '', evaluationTime: 0 } as const;

function alerting(name: string, state: AlertState, agent = ''): Rule {
  const alerts =
    agent === '' ? [] : [{ labels: { agent }, annotations: {}, state, activeAt: '', value: '1' }];
  return { ...COMMON, type: 'alerting', name, query: `${name} > 0`, state, duration: 0, alerts };
}

const group = (name: string, ...rules: Rule[]): RuleGroup => ({
  name,
  file: 'a.yml',
  rules,
  interval: 15,
  lastEvaluation: '',
  evaluationTime: 0,
});

const GROUPS = [
  group('agents', alerting('Down', 'firing', 'writer'), alerting('Slow', 'inactive')),
  group('rates', { ...COMMON, type: 'recording', name: 'a:rate', query: 'rate(a[5m])' }),
  group('tasks', alerting('Stuck', 'pending', 'reader')),
];
const shown = (state: AlertState | '', search = '') =>
  alertingGroups(GROUPS, state, search).map(({ rules }) => rules.map(({ name }) => name));

describe('alertingGroups', () => {
  it('leaves out groups without alerting rules', () =>
    expect(shown('')).toEqual([['Down', 'Slow'], ['Stuck']]));
  it('filters by state and by the labels of active alerts', () => {
    expect(shown('firing')).toEqual([['Down']]);
    expect(shown('', 'agent="READER"')).toEqual([['Stuck']]);
    expect(shown('', 'slow > 0')).toEqual([['Slow']]);
    expect(shown('pending', 'down')).toEqual([]);
  });
});

it('counts rules by state', () =>
  expect(countByState(GROUPS)).toEqual({ firing: 1, pending: 1, inactive: 1 }));

it('finds recording rules', () => {
  expect(recordingGroups(GROUPS, 'rate(').map(({ key }) => key)).toEqual(['a.yml;rates']);
  expect(recordingGroups(GROUPS, 'down')).toEqual([]);
});

it('tells groups of the same name in two files apart', () =>
  expect(groupKey({ name: 'a', file: 'x' })).not.toBe(groupKey({ name: 'a', file: 'y' })));

it('leaves out of an alert’s labels what its rule says', () =>
  expect(
    instanceLabels(
      { alertname: 'Down', severity: 'critical', agent: 'writer' },
      { name: 'Down', labels: { severity: 'critical' } },
    ),
  ).toEqual({ agent: 'writer' }));

it('keeps the view in the URL', () => {
  const view = {
    tab: 'history' as const,
    state: 'firing' as const,
    search: 'a b',
    closed: ['a.yml;b'],
    edit: '+',
    silence: 'a="b"',
  };
  expect(parseAlertsView(alertsLink(view).slice('/alerts'.length))).toEqual(view);
  expect(alertsLink(parseAlertsView('?tab=x&state=y'))).toBe('/alerts');
});

it('lists the alerts of a rule in the same order whatever the server’s is', () => {
  const alert = (agent: string, state: AlertState) => ({
    labels: { agent },
    annotations: {},
    state,
    activeAt: '',
    value: '1',
  });
  const alerts = [alert('b', 'pending'), alert('c', 'firing'), alert('a', 'pending')];
  const agents = sortAlerts(alerts).map(({ labels }) => labels.agent);
  expect(agents).toEqual(['c', 'a', 'b']);
  expect(sortAlerts(alerts.toReversed()).map(({ labels }) => labels.agent)).toEqual(agents);
});
