import { describe, expect, it } from 'vitest';
import type { WrittenRule } from '../api/alerts';
import { EMPTY_DRAFT, fromRule, toRule } from './ruleDraft';

const RULES: WrittenRule[] = [
  {
    alert: 'Spike',
    logs: {
      query: 'severity:ERROR',
      index: 'a-*',
      window: '5m',
      by: ['agent_name', 'event_type'],
      above: 10,
    },
    for: '1m',
    keep_firing_for: '5m',
    labels: { severity: 'critical', team: 'a' },
    annotations: { summary: 's', runbook: 'http://r' },
  },
  { alert: 'Quiet', logs: { query: '', window: '1h', below: 1 } },
  { alert: 'New', errors: { event: 'new', window: '15m' } },
  { alert: 'Rate', errors: { event: 'rate', window: '1h', above: 5 } },
  { alert: 'Silent', agents: { silent_for: '1m' } },
  { alert: 'Idle', agents: { idle_with_lease_for: '10m' } },
  { alert: 'Dead', tasks: { state: 'dead_letter', task_type: 'research', above: 0 } },
  { alert: 'Fewer', logs: { query: '', window: '10m', by: ['agent_name'], below: 1, among: '2d' } },
  { alert: 'Learned', errors: { event: 'new', window: '15m', learn_for: '1h' } },
  { alert: 'Forgotten', agents: { silent_for: '1m', forget_after: '12h' } },
  { alert: 'Down', expr: 'up == 0', labels: { severity: 'warning' } },
];

describe('a draft of a rule', () => {
  it.each(RULES.map((rule) => [rule.alert, rule] as const))('keeps all of %s', (_, rule) => {
    expect(toRule(fromRule(rule))).toEqual(rule);
  });

  it('leaves behind what another kind of question does not know', () => {
    const draft = fromRule({ alert: 'A', errors: { event: 'new', window: '15m', learn_for: '1h' } });
    expect(toRule({ ...draft, source: 'agents' })).toEqual({ alert: 'A', agents: { silent_for: '15m' } });
    const back = toRule({ ...draft, event: 'regressed' });
    expect(back).toEqual({ alert: 'A', errors: { event: 'regressed', window: '15m' } });
  });

  it('leaves out what is empty', () => {
    const rule = toRule({ ...EMPTY_DRAFT, name: ' A ', query: 'x', severity: '' });
    expect(rule).toEqual({ alert: 'A', logs: { query: 'x', window: '5m', above: 0 } });
  });
});
