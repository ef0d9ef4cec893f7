import { get, post, remove } from './http';
import type { AlertState, LabelSet } from './prometheusTypes';

/** One change of one alert's state. */
export interface AlertChange {
  /** Milliseconds since 1970. */
  at: number;
  file: string;
  group: string;
  rule: string;
  labels: LabelSet;
  annotations: LabelSet;
  from: AlertState;
  to: AlertState;
  /** As Prometheus writes it. */
  value: string;
}

/** The latest first. */
export async function alertHistory(signal?: AbortSignal): Promise<AlertChange[]> {
  return (await get<{ history: AlertChange[] }>('/api/v1/alerts/history', {}, signal)).history;
}

/** What a rule asks, by the field of rule files. */
export type RuleSource = 'expr' | 'logs' | 'errors' | 'agents' | 'tasks';

/** A rule with the fields of a rule file. */
export interface WrittenRule {
  alert: string;
  expr?: string;
  logs?: {
    query?: string;
    index?: string;
    window: string;
    by?: string[];
    above?: number;
    below?: number;
    among?: string;
  };
  errors?: { event: 'new' | 'regressed' | 'rate'; window: string; above?: number; learn_for?: string };
  agents?: { silent_for?: string; idle_with_lease_for?: string; forget_after?: string };
  tasks?: { state: string; task_type?: string; above?: number; below?: number };
  for?: string;
  keep_firing_for?: string;
  labels?: LabelSet;
  annotations?: LabelSet;
}

/** What only this API tells of a rule; the rest is in Prometheus's own. */
export interface RuleOrigin {
  name: string;
  type: 'alerting' | 'recording';
  source: RuleSource;
  query: string;
  /** Of a rule that was made here. */
  written: WrittenRule | null;
}

export interface RuleOriginGroup {
  name: string;
  file: string;
  is_own: boolean;
  rules: RuleOrigin[];
}

export interface RuleOrigins {
  own_file: string;
  groups: RuleOriginGroup[];
}

export function ruleOrigins(signal?: AbortSignal): Promise<RuleOrigins> {
  return get<RuleOrigins>('/api/v1/alerts/rules', {}, signal);
}

export function saveRule(rule: WrittenRule, replaces: string | null): Promise<unknown> {
  return post('/api/v1/alerts/rules', replaces === null ? { rule } : { rule, replaces });
}

export function removeRule(name: string): Promise<unknown> {
  return remove(`/api/v1/alerts/rules/${encodeURIComponent(name)}`);
}

export interface TriedAlert {
  labels: LabelSet;
  annotations: LabelSet;
  value: string;
  fired_at: string;
  resolved_at: string | null;
}

/** When a rule would have fired. */
export interface Trial {
  took_ms: number;
  from: string;
  to: string;
  step_ms: number;
  evaluations: number;
  fired: number;
  pending_at_end: number;
  alerts: TriedAlert[];
}

export function tryRule(rule: WrittenRule, from: string): Promise<Trial> {
  return post<Trial>('/api/v1/alerts/try', { rule, from, to: 'now' });
}

export interface Silence {
  id: string;
  matchers: string[];
  from: string;
  until: string;
  comment: string;
  author: string;
  state: 'pending' | 'active' | 'expired';
  /** Alerts that fire or wait now and are meant. */
  alerts: number;
}

export interface NewSilence {
  matchers: string[];
  duration: string;
  comment: string;
  author: string;
}

export async function silences(signal?: AbortSignal): Promise<Silence[]> {
  return (await get<{ silences: Silence[] }>('/api/v1/alerts/silences', {}, signal)).silences;
}

export function addSilence(silence: NewSilence): Promise<unknown> {
  return post('/api/v1/alerts/silences', silence);
}

export function endSilence(id: string): Promise<unknown> {
  return post(`/api/v1/alerts/silences/${encodeURIComponent(id)}/end`);
}

export interface Receiver {
  name: string;
  type: 'webhook' | 'slack' | 'email';
  address: string;
  /** Alerts that it was told are firing. */
  firing: number;
  last_sent: string | null;
  sent: number;
  failed: number;
  last_error: string | null;
}

export interface Alertmanager {
  url: string;
  sent: number;
  errors: number;
  dropped: number;
  queued: number;
}

export interface Receivers {
  receivers: Receiver[];
  alertmanagers: Alertmanager[];
}

export function receivers(signal?: AbortSignal): Promise<Receivers> {
  return get<Receivers>('/api/v1/alerts/receivers', {}, signal);
}

/** The labels of alerts that nobody is told of now. */
export async function mutedAlerts(signal?: AbortSignal): Promise<LabelSet[]> {
  const { alerts } = await get<{ alerts: { labels: LabelSet; is_muted: boolean }[] }>(
    '/api/v1/alerts',
    {},
    signal,
  );
  return alerts.filter(({ is_muted }) => is_muted).map(({ labels }) => labels);
}
