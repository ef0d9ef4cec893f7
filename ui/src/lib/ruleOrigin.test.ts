import { describe, expect, it } from 'vitest';
import { questionLink, silenceMatchers } from './ruleOrigin';

describe('links of rules', () => {
  it('lead to the page of what is asked', () => {
    const link = (source: Parameters<typeof questionLink>[0]['source'], query: string) =>
      questionLink({ source, query, written: null });
    expect(link('logs', 'logs: count of severity:ERROR in a-* by agent_name, event_type over 5m > 3')).toBe(
      '/discover?q=severity%3AERROR',
    );
    expect(link('logs', 'logs: count of everything over 5m < 1')).toBe('/discover');
    expect(link('expr', 'up')).toContain('/metrics?');
    expect(link('tasks', 'tasks: dead_letter > 0')).toBe('/tasks');
  });
});

describe('a silence of one alert', () => {
  it('has all of its labels', () => {
    expect(silenceMatchers({ alertname: 'A', text: 'a "b"' })).toBe('alertname="A"\ntext="a \\"b\\""');
  });
});
