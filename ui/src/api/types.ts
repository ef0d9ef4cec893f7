/** The shapes of the native API, as docs/native-api.md states them. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/** Where in a query text the fault is: bytes of its UTF-8 form, from 0. */
export interface BytePosition {
  offset: number;
  length: number;
}

export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
  position?: BytePosition;
  /** Ids that may have been meant instead of one that is not there. */
  suggestions?: string[];
}

export interface LogScope {
  query: string;
  index: string;
  from?: string | undefined;
  to?: string | undefined;
}

export type SortOrder = 'asc' | 'desc';

export interface Hit {
  index: string;
  id: string;
  sequence: number;
  timestamp: string | null;
  source: JsonObject;
}

export interface SearchPage {
  took_ms: number;
  total: { value: number; relation: 'eq' | 'gte' };
  next: string | null;
  hits: Hit[];
  left_out: LeftOut[];
}

/** Damaged parts of an index: the answer is without them. */
export interface LeftOut {
  index: string;
  parts: number;
  reason: string;
}

export interface Bucket {
  start: string;
  total: number;
  by?: Record<string, number>;
}

export interface HistogramReply {
  took_ms: number;
  interval_ms: number;
  from: string | null;
  to: string | null;
  total: number;
  buckets: Bucket[];
  left_out: LeftOut[];
}

export type FieldType = 'string' | 'number' | 'boolean' | 'date' | 'mixed';

export interface Field {
  name: string;
  type: FieldType;
}

export interface FieldValue {
  value: string | number | boolean;
  count: number;
}

export interface FieldValues {
  field: string;
  total: number;
  present: number;
  values: FieldValue[];
  left_out: LeftOut[];
}

export type Validation = { valid: true } | { valid: false; error: ErrorBody };

export interface IndexInfo {
  name: string;
  documents: number;
  bytes: number;
  segments: number;
  first: string | null;
  last: string | null;
  /** What of it cannot be read, when something cannot. */
  damage?: string;
}

export const TASK_STATES = [
  'queued',
  'in_progress',
  'waiting',
  'completed',
  'failed',
  'dead_letter',
  'cancelled',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export interface Task {
  task_id: string;
  task_type: string;
  agent_name: string | null;
  state: TaskState;
  priority: string;
  created_at: string;
  updated_at: string;
  completed_at: string | null;
  metadata: JsonObject;
  fencing_token: number;
  lease_expires_at: string | null;
  not_before: string | null;
  retry_count: number;
  max_retries: number;
  last_error: string | null;
  idempotency_key?: string;
  required_skills?: string[];
  deadline?: string;
  parent_task_id?: string;
  /** How it waits, or waited last, for its children. */
  join?: { then: string; on_child_failure: string };
}

export const PRIORITIES = ['high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A task to submit; what is left out has its default. */
export interface NewTask {
  task_type: string;
  priority?: Priority;
  metadata?: JsonObject;
  /** As the type's policy says when null or left out. */
  max_retries?: number | null;
  idempotency_key?: string;
  required_skills?: string[];
  delay_ms?: number;
  deadline_ms?: number;
}

export interface Attempt {
  agent_name: string | null;
  /** A task state, `lease_expired` or `released`. */
  state: string;
  created_at: string;
  completed_at: string | null;
  duration_ms: number | null;
  success: boolean;
  error_type: string | null;
  error_message: string | null;
  metadata: JsonObject;
}

export interface TaskList {
  total: number;
  counts: Partial<Record<TaskState, number>>;
  tasks: Task[];
}

export interface Agent {
  agent_name: string;
  agent_type: string;
  status: string;
  last_heartbeat: string | null;
  /** When it was found silent; absent on one that gives signs of life or left in order. */
  silenced_at?: string;
  capabilities: JsonObject | null;
  metadata: JsonObject | null;
  active_tasks: number;
  completed_tasks: number;
  failed_tasks: number;
  /** Null for an agent that does not report what it emits. */
  ledger: LedgerBalance | null;
}

/** An agent's events as of its last report: emitted + unreported = stored + refused + dropped + gap. */
export interface LedgerBalance {
  emitted: number;
  stored: number;
  refused: number;
  dropped: number;
  unreported: number;
  gap: number;
  unclosed: number;
  partial: boolean;
  shared: boolean;
}

export interface Account {
  received: number;
  stored: number;
  refused: number;
  dropped: number;
}

export interface RetentionRule {
  pattern: string;
  age_seconds?: number;
  bytes?: number;
}

export interface Status {
  version: string;
  started_at: string;
  addresses: Record<string, string | null>;
  logs: {
    documents: number;
    /** Of segments. */
    bytes: number;
    /** Of the write-ahead log: what is in no segment yet. */
    wal_bytes: number;
    indices: number;
    segments: number;
    /** In the order in which they are looked at; the last is for all other indices. */
    retention: RetentionRule[];
  };
  accounting: Account & { by_agent: (Account & { agent_name: string })[] };
}
