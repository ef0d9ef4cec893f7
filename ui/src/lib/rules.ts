import type {
  Alert,
  AlertingRule,
  AlertState,
  LabelSet,
  RecordingRule,
  Rule,
  RuleGroup,
} from '../api/prometheusTypes';
import { seriesName } from './promql/seriesName';

export const ALERT_STATES: readonly AlertState[] = ['firing', 'pending', 'inactive'];

/** A group with the rules of one kind that are shown. */
export interface ShownGroup<R extends Rule> {
  key: string;
  group: RuleGroup;
  rules: R[];
}

export function countByState(groups: readonly RuleGroup[]): Record<AlertState, number> {
  const counts = { firing: 0, pending: 0, inactive: 0 };
  for (const rule of groups.flatMap(({ rules }) => rules)) if (isAlerting(rule)) counts[rule.state] += 1;
  return counts;
}

export function alertingGroups(
  groups: readonly RuleGroup[],
  state: AlertState | '',
  search: string,
): ShownGroup<AlertingRule>[] {
  return shownGroups(
    groups,
    (rule) => isAlerting(rule) && (state === '' || rule.state === state) && matches(rule, search),
  );
}

export function recordingGroups(groups: readonly RuleGroup[], search: string): ShownGroup<RecordingRule>[] {
  return shownGroups(groups, (rule) => !isAlerting(rule) && matches(rule, search));
}

/** The same name may stand in two files. */
export function groupKey({ file, name }: Pick<RuleGroup, 'file' | 'name'>): string {
  return `${file};${name}`;
}

/** What tells one alert of a rule from another: the rule's own labels are the same for all of them. */
export function instanceLabels(labels: LabelSet, rule: Pick<AlertingRule, 'name' | 'labels'>): LabelSet {
  return Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => name !== 'alertname' && rule.labels?.[name] !== value),
  );
}

/** By state, then by labels: the server lists them in any order, and rows must not jump between two answers. */
export function sortAlerts(alerts: readonly Alert[]): Alert[] {
  const key = ({ state, labels }: Alert) => `${ALERT_STATES.indexOf(state)} ${seriesName(labels)}`;
  return [...alerts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function matchesText(texts: readonly string[], search: string): boolean {
  const lower = texts.join('\n').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

function isAlerting(rule: Rule): rule is AlertingRule {
  return rule.type === 'alerting';
}

function shownGroups<R extends Rule>(
  groups: readonly RuleGroup[],
  keep: (rule: Rule) => boolean,
): ShownGroup<R>[] {
  return groups
    .map((group) => ({ key: groupKey(group), group, rules: group.rules.filter(keep) as R[] }))
    .filter(({ rules }) => rules.length > 0);
}

function matches(rule: Rule, search: string): boolean {
  const alerts = isAlerting(rule) ? (rule.alerts ?? []) : [];
  const labels = [rule.labels ?? {}, ...alerts.map((alert) => alert.labels)];
  const texts = labels.flatMap((each) => Object.entries(each).map(([name, value]) => `${name}="${value}"`));
  return matchesText([rule.name, rule.query, rule.lastError ?? '', ...texts], search);
}
