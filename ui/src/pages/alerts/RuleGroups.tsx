import type { ReactNode } from 'react';
import type { Rule, RuleGroup } from '../../api/prometheusTypes';
import { Section } from '../../components/Section';
import type { ShownGroup } from '../../lib/rules';
import { formatPromDuration } from '../../lib/promql/duration';
import { formatAge } from '../../lib/time/format';
import { formatValue } from '../../lib/units/units';

interface RuleGroupsProps<R extends Rule> {
  shown: readonly ShownGroup<R>[];
  closed: readonly string[];
  now: number;
  onToggle: (key: string) => void;
  children: (rules: readonly R[], group: RuleGroup) => ReactNode;
}

/** One section a group, with where it stands and how its evaluation goes. */
export function RuleGroups<R extends Rule>({ shown, closed, now, onToggle, children }: RuleGroupsProps<R>) {
  return shown.map(({ key, group, rules }) => (
    <Section
      key={key}
      title={group.name}
      open={!closed.includes(key)}
      onToggle={() => onToggle(key)}
      head={
        <>
          <span>{group.file}</span>
          <span>every {formatPromDuration(group.interval * 1_000)}</span>
          <span>
            evaluated {evaluated(group.lastEvaluation, now)} in {formatValue(group.evaluationTime, 's')}
          </span>
        </>
      }
    >
      {children(rules, group)}
    </Section>
  ));
}

/** Rules that have never run carry the first instant of the calendar. */
export function evaluated(iso: string, now: number): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) || at <= 0 ? 'never' : `${formatAge(now - at)} ago`;
}
