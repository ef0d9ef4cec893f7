import type { RuleSource, WrittenRule } from '../api/alerts';
import { TASK_STATES } from '../api/types';

/** Parts of a rule's question, with the kind of question that knows them. */
interface Question {
  kind: string;
  parts: object;
}

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
  /** What has no field of its own, kept as it is: labels, annotations, and of the question what its kind knows. */
  rest: Pick<WrittenRule, 'labels' | 'annotations'> & { question?: Question };
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
    const { query = '', index = '', window, by = [], above, below, ...parts } = logs;
    const fields = {
      ...bound({ above, below }),
      source: 'logs',
      query,
      index,
      window,
      by: by.join(', '),
    } as const;
    return keeping(parts, { ...common, ...fields });
  }
  if (errors) {
    const { event, window, above = 0, ...parts } = errors;
    return keeping(parts, { ...common, source: 'errors', event, window, count: String(above) });
  }
  if (agents) {
    const { silent_for: silence, idle_with_lease_for: idle = '', ...parts } = agents;
    const which = silence === undefined ? 'idle_with_lease_for' : 'silent_for';
    return keeping(parts, { ...common, source: 'agents', agents: which, window: silence ?? idle });
  }
  if (tasks) {
    return {
      ...common,
      ...bound({ above: tasks.above, below: tasks.below }),
      source: 'tasks',
      taskState: tasks.state,
      taskType: tasks.task_type ?? '',
    };
  }
  return { ...common, source: 'expr', query: rule.expr ?? '' };
}

function kindOf({ source, bound, event, agents }: RuleDraft): string {
  const choices: Partial<Record<RuleSource, string>> = { logs: bound, errors: event, agents };
  return `${source} ${choices[source] ?? ''}`;
}

function keeping(parts: object, draft: RuleDraft): RuleDraft {
  if (Object.keys(parts).length === 0) return draft;
  return { ...draft, rest: { ...draft.rest, question: { kind: kindOf(draft), parts } } };
}

function question(draft: RuleDraft): Partial<WrittenRule> {
  const { source, query, window, rest } = draft;
  const counted = { [draft.bound]: Number(draft.count) };
  const more = rest.question?.kind === kindOf(draft) ? rest.question.parts : {};
  switch (source) {
    case 'logs': {
      const by = draft.by.split(/[\s,]+/).filter((field) => field !== '');
      const index = draft.index === '' ? {} : { index: draft.index };
      return { logs: { query, ...index, window, ...(by.length === 0 ? {} : { by }), ...counted, ...more } };
    }
    case 'errors': {
      const above = draft.event === 'rate' ? { above: Number(draft.count) } : {};
      return { errors: { event: draft.event, window, ...above, ...more } };
    }
    case 'agents':
      return { agents: { [draft.agents]: window, ...more } };
    case 'tasks': {
      const type = draft.taskType === '' ? {} : { task_type: draft.taskType };
      return { tasks: { state: draft.taskState, ...type, ...counted } };
    }
    case 'expr':
      return { expr: query };
  }
}

interface Bounds {
  above?: number | undefined;
  below?: number | undefined;
}

function bound({ above, below }: Bounds): Pick<RuleDraft, 'bound' | 'count'> {
  return below === undefined
    ? { bound: 'above', count: String(above ?? 0) }
    : { bound: 'below', count: String(below) };
}
