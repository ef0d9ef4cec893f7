import { get, post } from './http';
import type { Task } from './types';

export const GROUP_STATES = ['open', 'resolved', 'ignored'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

export const GROUP_SORTS = ['last_seen', 'first_seen', 'count'] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

/** How often errors came, in buckets of one length. */
export interface GroupHistory {
  from: string;
  interval_ms: number;
  counts: number[];
}

/** Errors with one fingerprint. */
export interface ErrorGroup {
  id: string;
  title: string;
  type: string;
  culprit: string;
  severity: string;
  count: number;
  first_seen: string;
  last_seen: string;
  agents: string[];
  agents_total: number;
  versions: string[];
  task_types: string[];
  state: GroupState;
  regressed_at: string | null;
  ignored_until: string | null;
  ignored_until_count: number | null;
  resolved_at: string | null;
  fingerprint_version: number;
  source: 'client' | 'frames' | 'message';
  history: GroupHistory;
}

export interface GroupList {
  total: number;
  counts: Record<GroupState, number>;
  groups: ErrorGroup[];
}

export interface GroupFrame {
  function: string;
  file: string;
  line: number | null;
  in_app: boolean;
}

export interface GroupPart {
  name: string;
  count: number;
  last_seen: string;
}

export interface GroupSample {
  index: string;
  id: string;
  timestamp: string;
  agent_name: string;
  correlation_id: string | null;
  message: string;
}

export interface GroupDetail {
  group: ErrorGroup;
  /** The innermost first. */
  frames: GroupFrame[];
  agents: GroupPart[];
  versions: GroupPart[];
  task_types: GroupPart[];
  samples: GroupSample[];
  notes: { at: string; text: string }[];
}

export interface GroupTasks {
  total: number;
  requeueable: number;
  tasks: Task[];
}

export interface Requeued {
  requeued: number;
  skipped: { task_id: string; reason: string }[];
}

export interface GroupFilter {
  state?: string;
  query?: string;
  agent?: string;
  type?: string;
  correlation_id?: string;
  /** Errors of this task itself alone. */
  task_id?: string;
  version?: string;
  task_type?: string;
  from?: string;
  regressed_after?: string;
  sort?: GroupSort;
  limit?: number;
  offset?: number;
}

/** What a person decides; an ignored group is open again at a time or after so many more errors. */
export type GroupDecision =
  { verb: 'resolve' | 'reopen' } | { verb: 'ignore'; until?: string; until_count?: number };

const path = (id: string) => `/api/v1/errors/${encodeURIComponent(id)}`;

export function errorGroups(filter: GroupFilter, signal?: AbortSignal): Promise<GroupList> {
  return get('/api/v1/errors', { ...filter }, signal);
}

export function errorGroup(id: string, from: string, signal?: AbortSignal): Promise<GroupDetail> {
  return get(path(id), { from }, signal);
}

/** The group that counts a document; refused with 404 while it is not grouped yet. */
export function errorGroupOf(
  index: string,
  id: string,
  signal?: AbortSignal,
): Promise<{ group: ErrorGroup }> {
  return get('/api/v1/errors/of_event', { index, id }, signal);
}

export function errorGroupTasks(id: string, signal?: AbortSignal): Promise<GroupTasks> {
  return get(`${path(id)}/tasks`, {}, signal);
}

export function decideOnGroup(
  id: string,
  { verb, ...limits }: GroupDecision,
): Promise<{ group: ErrorGroup }> {
  return post(`${path(id)}/${verb}`, limits);
}

export function noteOnGroup(id: string, text: string): Promise<{ group: ErrorGroup }> {
  return post(`${path(id)}/notes`, { text });
}

/** Refused when the number of tasks is another by now. */
export function requeueGroup(id: string, expected: number): Promise<Requeued> {
  return post(`${path(id)}/requeue`, { expected });
}
