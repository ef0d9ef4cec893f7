import { get } from './http';
import type { LeftOut, LogScope } from './types';

/** What comes first: the most frequent, or what is new. */
export type PatternOrder = 'count' | 'new';

export interface NamedCount {
  name: string;
  count: number;
}

/** A sentence that is logged, with `<kind>` and `<*>` in the places of its values. */
export interface Pattern {
  id: string;
  text: string;
  count: number;
  /** Of the messages in the range, from 0 to 1. */
  share: number;
  /** Messages of the window before; null where nothing was compared. */
  before: number | null;
  new: boolean | null;
  first_seen: string | null;
  last_seen: string | null;
  severities: NamedCount[];
  agents: NamedCount[];
  /** For every interval of the range. */
  counts: number[];
  samples: { index: string; id: string; timestamp: string }[];
  /** Finds its messages; null where it has no fixed word. */
  query: string | null;
}

export interface PatternsReply {
  took_ms: number;
  field: string;
  from: string | null;
  to: string | null;
  interval_ms: number;
  messages: number;
  distinct: number;
  /** Messages that are in none of these patterns. */
  others: number;
  before: {
    from: string;
    to: string;
    /** The oldest document there. */
    since: string | null;
    messages: number;
    compared: boolean;
    reason: string | null;
  } | null;
  patterns: Pattern[];
  left_out: LeftOut[];
}

export function patterns(
  scope: LogScope,
  sort: PatternOrder,
  limit: number,
  signal?: AbortSignal,
): Promise<PatternsReply> {
  const { query, index, from, to } = scope;
  return get('/api/v1/logs/patterns', { query, index, from, to, sort, limit }, signal);
}
