import type { RuleOrigin, RuleOrigins, WrittenRule } from '../api/alerts';
import type { LabelSet, RuleGroup } from '../api/prometheusTypes';
import { discoverLink } from './discoverUrl';
import { metricsLink } from './metricsUrl';

/** What our own API tells of the rule at that place of a group of Prometheus's API. */
export function originOf(
  origins: RuleOrigins | undefined,
  group: Pick<RuleGroup, 'file' | 'name'>,
  rule: { name: string; query: string },
): RuleOrigin | undefined {
  const known = origins?.groups.find(({ file, name }) => file === group.file && name === group.name);
  return known?.rules.find(({ name, query }) => name === rule.name && query === rule.query);
}

/** A rule that was made here, by its name. */
export function ownRule(origins: RuleOrigins | undefined, name: string): WrittenRule | null {
  const own = origins?.groups.filter(({ is_own }) => is_own).flatMap(({ rules }) => rules);
  return own?.find((rule) => rule.name === name && rule.written !== null)?.written ?? null;
}

/** A page that shows what a rule asks. */
export function questionLink({
  source,
  query,
  written,
}: Pick<RuleOrigin, 'source' | 'query' | 'written'>): string {
  switch (source) {
    case 'expr':
      return metricsLink(query);
    case 'logs':
      return discoverLink({ query: written?.logs?.query ?? logQuery(query) });
    case 'errors':
      return '/errors';
    case 'agents':
      return '/agents';
    case 'tasks':
      return '/tasks';
  }
}

/** Matchers of a silence that means one alert, one a line. */
export function silenceMatchers(labels: LabelSet): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join('\n');
}

/** The query within what the server says in words: `logs: count of QUERY [in …] [by …] over …`. */
function logQuery(text: string): string {
  const query = /^logs: count of (.*?)(?: in \S+)?(?: by [^>]*?)? over \S+ [<>] .*$/.exec(text)?.[1] ?? '';
  return query === 'everything' ? '' : query;
}
