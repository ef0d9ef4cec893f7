import type { TargetHealth } from '../api/prometheusTypes';
import { HEALTHS } from './targets';

export type TargetsFilter = TargetHealth | 'dropped' | '';

/** What the targets page shows; all of it lives in the URL. */
export interface TargetsView {
  filter: TargetsFilter;
  search: string;
  /** Pools whose targets are folded away. */
  closed: string[];
}

export function parseTargetsView(search: string): TargetsView {
  const params = new URLSearchParams(search);
  const health = params.get('health');
  return {
    filter: health === 'dropped' ? 'dropped' : (HEALTHS.find((each) => each === health) ?? ''),
    search: params.get('search') ?? '',
    closed: params.getAll('closed'),
  };
}

export function targetsLink(view: Partial<TargetsView>): string {
  const params = new URLSearchParams();
  if (view.filter) params.set('health', view.filter);
  if (view.search) params.set('search', view.search);
  for (const pool of view.closed ?? []) params.append('closed', pool);
  const search = params.toString();
  return search === '' ? '/targets' : `/targets?${search}`;
}
