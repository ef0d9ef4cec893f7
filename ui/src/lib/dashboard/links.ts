import { discoverLink } from '../discoverUrl';
import type { ElasticRequest } from './elastic/query';
import type { DashboardLink } from './model/types';
import { dashboardPath } from './dashboardUrl';
import type { FixedRange } from './time/interval';
import { interpolate } from './variables/interpolate';
import type { Scope } from './variables/types';

/** A page of a file's author may lead to other pages, but may not run code in this one. */
export function safeUrl(url: string): string | null {
  const trimmed = url.trim();
  if (/^(https?:|mailto:)/i.test(trimmed)) return trimmed;
  // A scheme before the first slash is another one than those above.
  return /^[^/?#]*:/.test(trimmed) ? null : ownPath(trimmed);
}

/** Grafana's addresses of dashboards are those of the same dashboards here. */
function ownPath(url: string): string {
  const dashboard = /^\/?d\/([^/?#]+)(?:\/[^?#]*)?(\?[^#]*)?/.exec(url);
  return dashboard ? dashboardPath(dashboard[1] ?? '', (dashboard[2] ?? '').slice(1)) : url;
}

/** The time and the variables of this view, for the dashboards that a link leads to. */
export function linkSearch(
  { keepTime, includeVars }: Pick<DashboardLink, 'keepTime' | 'includeVars'>,
  current: URLSearchParams,
): string {
  const kept = new URLSearchParams();
  for (const [name, value] of current) {
    if (keepTime && (name === 'from' || name === 'to')) kept.append(name, value);
    if (includeVars && name.startsWith('var-')) kept.append(name, value);
  }
  return kept.toString();
}

export function filledLink(url: string, scope: Scope): string | null {
  return safeUrl(interpolate(url, scope, 'percentencode'));
}

/** The documents of a target in Discover, in the same time. */
export function discoverOf(
  { queryText, index }: Pick<ElasticRequest, 'queryText' | 'index'>,
  range: FixedRange,
) {
  return discoverLink({
    query: queryText.trim() === '*' ? '' : queryText,
    index: index === '*' ? '' : index,
    range: { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() },
  });
}
