import { errorHint } from '../lib/promql/errorHint';
import { ApiError, send, url, type Params } from './http';
import type {
  Alert,
  Answer,
  ExemplarSeries,
  LabelSet,
  MatrixResult,
  MetricMetadata,
  QueryResult,
  RuleGroup,
  Targets,
} from './prometheusTypes';

const API = '/prometheus/api/v1';
/** Longer than this and something on the way may cut the address: it is sent as a form then. */
const MAX_ADDRESS = 2_000;

type Body<T> =
  | { status: 'success'; data: T; warnings?: string[]; infos?: string[] }
  | { status: 'error'; errorType: string; error: string };

type ListParams = Record<string, readonly string[]>;

/** Instants in milliseconds since 1970, lengths in milliseconds. */
export interface RangeQuery {
  query: string;
  start: number;
  end: number;
  step: number;
}

export function query(expr: string, time: number, signal?: AbortSignal): Promise<Answer<QueryResult>> {
  return ask('query', { query: expr, time: seconds(time) }, {}, signal);
}

export function queryRange(range: RangeQuery, signal?: AbortSignal): Promise<Answer<MatrixResult>> {
  return ask('query_range', rangeParams(range), {}, signal);
}

export function queryExemplars(
  { query: expr, start, end }: Omit<RangeQuery, 'step'>,
  signal?: AbortSignal,
): Promise<Answer<ExemplarSeries[]>> {
  return ask('query_exemplars', { query: expr, start: seconds(start), end: seconds(end) }, {}, signal);
}

/** The expression as Prometheus writes it, over several lines when it is long. */
export async function formatQuery(expr: string, signal?: AbortSignal): Promise<string> {
  return (await ask<string>('format_query', { query: expr }, {}, signal)).data;
}

/** Selectors narrow what is looked at; without a span all of time is. */
export interface Scope {
  match?: readonly string[];
  start?: number;
  end?: number;
  limit?: number;
}

export async function series(scope: Scope, signal?: AbortSignal): Promise<LabelSet[]> {
  return (await ask<LabelSet[]>('series', scopeParams(scope), matchers(scope), signal)).data;
}

export async function labelNames(scope: Scope = {}, signal?: AbortSignal): Promise<string[]> {
  return (await ask<string[]>('labels', scopeParams(scope), matchers(scope), signal)).data;
}

export async function labelValues(name: string, scope: Scope = {}, signal?: AbortSignal): Promise<string[]> {
  const path = `label/${encodeURIComponent(name)}/values`;
  return (await ask<string[]>(path, scopeParams(scope), matchers(scope), signal)).data;
}

export async function metadata(signal?: AbortSignal): Promise<Record<string, MetricMetadata[]>> {
  return (await ask<Record<string, MetricMetadata[]>>('metadata', {}, {}, signal)).data;
}

export async function targets(signal?: AbortSignal): Promise<Targets> {
  return (await ask<Targets>('targets', {}, {}, signal)).data;
}

export async function rules(signal?: AbortSignal): Promise<RuleGroup[]> {
  return (await ask<{ groups: RuleGroup[] }>('rules', {}, {}, signal)).data.groups;
}

export async function alerts(signal?: AbortSignal): Promise<Alert[]> {
  return (await ask<{ alerts: Alert[] }>('alerts', {}, {}, signal)).data.alerts;
}

async function ask<T>(
  path: string,
  params: Params,
  lists: ListParams,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const address = withLists(url(`${API}/${path}`, params), lists);
  const [target = '', form = ''] = address.split('?', 2);
  // The values of a label are the one question that has no form.
  const asForm = address.length > MAX_ADDRESS && !path.startsWith('label/');
  const init: RequestInit = {
    ...(signal && { signal }),
    ...(asForm && { method: 'POST', body: new URLSearchParams(form) }),
  };
  return unwrap(await send(asForm ? target : address, init));
}

async function unwrap<T>(response: Response): Promise<Answer<T>> {
  const body = (await response.json().catch(() => null)) as Body<T> | null;
  if (body?.status === 'success') {
    return { data: body.data, warnings: body.warnings ?? [], infos: body.infos ?? [] };
  }
  const fallback = `The server answered ${response.status} ${response.statusText}`.trim();
  const code = body?.errorType ?? 'internal';
  const message = body?.error ?? fallback;
  const hint = errorHint(response.status, code, message);
  throw new ApiError(response.status, { code, message, ...(hint !== undefined && { hint }) });
}

function withLists(address: string, lists: ListParams): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(lists)) {
    for (const value of values) search.append(name, value);
  }
  const text = search.toString();
  if (text === '') return address;
  return `${address}${address.includes('?') ? '&' : '?'}${text}`;
}

function rangeParams({ query: expr, start, end, step }: RangeQuery): Params {
  return { query: expr, start: seconds(start), end: seconds(end), step: seconds(step) };
}

function scopeParams({ start, end, limit }: Scope): Params {
  return {
    start: start === undefined ? undefined : seconds(start),
    end: end === undefined ? undefined : seconds(end),
    limit,
  };
}

function matchers({ match }: Scope): ListParams {
  return { 'match[]': match ?? [] };
}

function seconds(ms: number): string {
  return String(ms / 1_000);
}
