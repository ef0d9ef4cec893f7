import type { PatternOrder } from '../api/patterns';
import type { SortOrder } from '../api/types';
import { decodeFilter, encodeFilter, type Filter } from './lucene/filter';
import { DEFAULT_RANGE, sameRange, type TimeRange } from './time/range';
import { REFRESH_CHOICES } from './time/refresh';

/** The documents, or the sentences that their messages are. */
export type DiscoverView = 'documents' | 'patterns';

/** Everything that makes one view of Discover; all of it lives in the URL. */
export interface DiscoverState {
  query: string;
  index: string;
  range: TimeRange;
  /** Seconds between automatic refreshes; 0 means off. */
  refresh: number;
  filters: Filter[];
  columns: string[];
  sort: SortOrder;
  /** Keys of the documents that are open. */
  expanded: string[];
  live: boolean;
  view: DiscoverView;
  /** Which patterns come first. */
  patternOrder: PatternOrder;
}

export const DEFAULT_COLUMNS: readonly string[] = ['severity', 'agent_name', 'event_type', 'message'];

/** An open end has to be told from an absent parameter, which means the default. */
const OPEN_END = '*';

export function parseState(search: string): DiscoverState {
  const params = new URLSearchParams(search);
  const columns = params.getAll('col');
  const refresh = Number(params.get('refresh'));
  return {
    query: params.get('q') ?? '',
    index: params.get('index') ?? '',
    range: parseRange(params),
    refresh: REFRESH_CHOICES.includes(refresh) ? refresh : 0,
    filters: params.getAll('f').flatMap((text) => decodeFilter(text) ?? []),
    columns: columns.length > 0 ? columns : [...DEFAULT_COLUMNS],
    sort: params.get('sort') === 'asc' ? 'asc' : 'desc',
    expanded: params.getAll('open'),
    live: params.get('live') === '1',
    view: params.get('view') === 'patterns' ? 'patterns' : 'documents',
    patternOrder: params.get('patterns') === 'new' ? 'new' : 'count',
  };
}

export function formatState(state: DiscoverState): string {
  const params = new URLSearchParams();
  if (state.query !== '') params.set('q', state.query);
  if (state.index !== '') params.set('index', state.index);
  if (!sameRange(state.range, DEFAULT_RANGE)) {
    params.set('from', state.range.from || OPEN_END);
    params.set('to', state.range.to || OPEN_END);
  }
  if (state.refresh > 0) params.set('refresh', String(state.refresh));
  for (const filter of state.filters) params.append('f', encodeFilter(filter));
  if (state.columns.join('\n') !== DEFAULT_COLUMNS.join('\n')) {
    for (const column of state.columns) params.append('col', column);
  }
  if (state.sort === 'asc') params.set('sort', 'asc');
  for (const key of state.expanded) params.append('open', key);
  if (state.live) params.set('live', '1');
  if (state.view === 'patterns') params.set('view', 'patterns');
  if (state.patternOrder === 'new') params.set('patterns', 'new');
  return params.toString();
}

/** A link to Discover from elsewhere; what is not given has its default. */
export function discoverLink(patch: Partial<DiscoverState>): string {
  const search = formatState({ ...parseState(''), ...patch });
  return search === '' ? '/discover' : `/discover?${search}`;
}

function parseRange(params: URLSearchParams): TimeRange {
  const from = params.get('from');
  const to = params.get('to');
  if (from === null && to === null) return DEFAULT_RANGE;
  const end = (text: string | null) => (text === null || text === OPEN_END ? '' : text);
  return { from: end(from), to: end(to) };
}
