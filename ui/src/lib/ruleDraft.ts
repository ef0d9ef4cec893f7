import type { RuleSource, WrittenRule } from '../api/alerts';
import { TASK_STATES } from '../api/types';

/** What the editor's fields hold, all of it as text until the server reads it. */
export interface RuleDraft {
  name: string;
  source: RuleSource;
  query: string;
  index: string;
  window: string;
  by: string;
  event: 'new' | 'regressed' | 'rate';
  agents: 'silent_for' | 'idle_with_lease_for';
  taskState: string;
  taskType: string;
  bound: 'above' | 'below';
  count: string;
  hold: string;
  keepFiring: string;
  severity: string;
  summary: string;
  /** Labels and annotations that have no field of their own, kept as they are. */
  rest: Pick<WrittenRule, 'labels' | 'annotations'>;
}

export const EMPTY_DRAFT: RuleDraft = {
  name: '',
  source: 'logs',
  query: '',
  index: '',
  window: '5m',
  by: '',
  event: 'new',
  agents: 'silent_for',
  taskState: 'dead_letter',
  taskType: '',
  bound: 'above',
  count: '0',
  hold: '',
  keepFiring: '',
  severity: 'warning',
  summary: '',
  rest: {},
};

export const SOURCES: readonly { value: RuleSource; label: string }[] = [
  { value: 'logs', label: 'Logs: count of a query' },
  { value: 'errors', label: 'Errors: groups of errors' },
  { value: 'agents', label: 'Agents: silent or idle' },
  { value: 'tasks', label: 'Tasks: count in a state' },
  { value: 'expr', label: 'Metrics: PromQL' },
];

export const COUNTED_TASK_STATES: readonly string[] = TASK_STATES;

/** The draft as a rule file writes it. What is empty is left out. */
export function toRule(draft: RuleDraft): WrittenRule {
  const { severity, summary, hold, keepFiring, rest } = draft;
  const labels = { ...rest.labels, ...(severity === '' ? {} : { severity }) };
  const annotations = { ...rest.annotations, ...(summary === '' ? {} : { summary }) };
  return {
    alert: draft.name.trim(),
    ...question(draft),
    ...(hold === '' ? {} : { for: hold }),
    ...(keepFiring === '' ? {} : { keep_firing_for: keepFiring }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

export function fromRule(rule: WrittenRule): RuleDraft {
  const { severity = '', ...labels } = rule.labels ?? {};
  const { summary = '', ...annotations } = rule.annotations ?? {};
  const common = {
    ...EMPTY_DRAFT,
    name: rule.alert,
    hold: rule.for ?? '',
    keepFiring: rule.keep_firing_for ?? '',
    severity,
    summary,
    rest: { labels, annotations },
  };
  const { logs, errors, agents, tasks } = rule;
  if (logs) {
    const { query = '', index = '', window, by = [] } = logs;
    return { ...common, ...bound(logs), source: 'logs', query, index, window, by: by.join(', ') };
  }
  if (errors) {
    const { event, window } = errors;
    return { ...common, source: 'errors', event, window, count: String(errors.above ?? 0) };
  }
  if (agents) {
    const silent = agents.silent_for !== undefined;
    const window = agents.silent_for ?? agents.idle_with_lease_for ?? '';
    return { ...common, source: 'agents', agents: silent ? 'silent_for' : 'idle_with_lease_for', window };
  }
  if (tasks) {
    return {
      ...common,
      ...bound(tasks),
      source: 'tasks',
      taskState: tasks.state,
      taskType: tasks.task_type ?? '',
    };
  }
  return { ...common, source: 'expr', query: rule.expr ?? '' };
}

function question(draft: RuleDraft): Partial<WrittenRule> {
  const { source, query, window } = draft;
  const counted = { [draft.bound]: Number(draft.count) };
  switch (source) {
    case 'logs': {
      const by = draft.by.split(/[\s,]+/).filter((field) => field !== '');
      const index = draft.index === '' ? {} : { index: draft.index };
      return { logs: { query, ...index, window, ...(by.length === 0 ? {} : { by }), ...counted } };
    }
    case 'errors': {
      const above = draft.event === 'rate' ? { above: Number(draft.count) } : {};
      return { errors: { event: draft.event, window, ...above } };
    }
    case 'agents':
      return { agents: { [draft.agents]: window } };
    case 'tasks': {
      const type = draft.taskType === '' ? {} : { task_type: draft.taskType };
      return { tasks: { state: draft.taskState, ...type, ...counted } };
    }
    case 'expr':
      return { expr: query };
  }
}

function bound({ above, below }: { above?: number; below?: number }): Pick<RuleDraft, 'bound' | 'count'> {
  return below === undefined
    ? { bound: 'above', count: String(above ?? 0) }
    : { bound: 'below', count: String(below) };
}
