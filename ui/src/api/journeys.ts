import { get, url } from './http';
import type { JsonObject, TaskState } from './types';

export type Outcome = 'completed' | 'failed' | 'cancelled' | 'running' | 'waiting' | 'unknown';

export type SpanKind = 'attempt' | 'queue' | 'backoff' | 'set_aside' | 'handover' | 'activity';

export interface JourneySpan {
  kind: SpanKind;
  agent: string | null;
  task_id: string | null;
  task_type: string | null;
  attempt: number | null;
  from: string;
  to: string;
  duration_ms: number;
  open?: boolean;
  outcome?: string;
  error_type?: string;
  error_message?: string;
  to_agent?: string;
  slowest?: boolean;
}

export const ENTRY_KINDS = [
  'error',
  'retry',
  'attempt',
  'wait',
  'handover',
  'task',
  'event',
  'gap',
  'heartbeat_gap',
  'heartbeat',
  'presence',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface JourneyError {
  type: string;
  message: string;
  traceback: string[];
  /** The error group it belongs to. */
  group?: string;
}

export interface JourneyEntry {
  at: string;
  kind: EntryKind;
  agent: string | null;
  message: string;
  until?: string;
  severity?: string;
  event_type?: string;
  task_id?: string;
  /** Its place in `spans`. */
  span?: number;
  error?: JourneyError;
  document?: { index: string; id: string };
  /** What the event says itself, where its agent's clock was corrected. */
  logged_at?: string;
  metadata?: JsonObject;
}

export interface JourneyAgent {
  name: string;
  agent_type: string | null;
  status: string | null;
  first_seen: string;
  last_seen: string;
  events: number;
  errors: number;
  attempts: number;
  work_ms: number;
  clock_ahead_ms?: number;
}

export interface JourneyTask {
  task_id: string;
  task_type: string;
  state: TaskState;
  agent: string | null;
  parent_task_id: string | null;
  depth: number;
  /** When it is another journey's. */
  correlation_id?: string;
  created_at: string;
  completed_at: string | null;
  attempts: number;
  work_ms: number;
  queue_ms: number;
  backoff_ms: number;
  last_error: string | null;
}

export interface Journey {
  correlation_id: string;
  summary: string;
  outcome: Outcome;
  started_at: string;
  ended_at: string;
  duration_ms: number;
  totals: { work_ms: number; queue_ms: number; backoff_ms: number };
  counts: {
    events: number;
    by_severity: Record<string, number>;
    tasks: number;
    attempts: number;
    retries: number;
    handovers: number;
  };
  agents: JourneyAgent[];
  tasks: JourneyTask[];
  spans: JourneySpan[];
  slowest: {
    step: string;
    span: number | null;
    from: string;
    to: string;
    duration_ms: number;
    share: number;
  } | null;
  entries: JourneyEntry[];
  truncated: { what: string; shown: number; total: number; reason: string }[];
}

const path = (id: string) => `/api/v1/journeys/${encodeURIComponent(id)}`;

export function journey(id: string, signal?: AbortSignal): Promise<Journey> {
  return get(path(id), {}, signal);
}

/** Where the journey is to be had as a file. */
export function journeyUrl(id: string): string {
  return url(path(id));
}
