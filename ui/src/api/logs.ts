import { get, url } from './http';
import type {
  Field,
  FieldValues,
  HistogramReply,
  IndexInfo,
  LogScope,
  SearchPage,
  SortOrder,
  Validation,
} from './types';

const LOGS = '/api/v1/logs';

function scopeParams({ query, index, from, to }: LogScope) {
  return { query, index, from, to };
}

export interface SearchRequest extends LogScope {
  sort: SortOrder;
  size: number;
  after?: string | undefined;
}

export function search(request: SearchRequest, signal?: AbortSignal): Promise<SearchPage> {
  const { sort, size, after } = request;
  return get(`${LOGS}/search`, { ...scopeParams(request), sort, size, after }, signal);
}

export function histogram(scope: LogScope, buckets: number, signal?: AbortSignal): Promise<HistogramReply> {
  return get(`${LOGS}/histogram`, { ...scopeParams(scope), buckets, by: 'severity' }, signal);
}

export async function fields(index: string, signal?: AbortSignal): Promise<Field[]> {
  return (await get<{ fields: Field[] }>(`${LOGS}/fields`, { index }, signal)).fields;
}

export function values(
  scope: LogScope,
  field: string,
  size: number,
  signal?: AbortSignal,
): Promise<FieldValues> {
  return get(`${LOGS}/values`, { ...scopeParams(scope), field, size }, signal);
}

export function validate(query: string, signal?: AbortSignal): Promise<Validation> {
  return get(`${LOGS}/validate`, { query }, signal);
}

export async function indices(signal?: AbortSignal): Promise<IndexInfo[]> {
  return (await get<{ indices: IndexInfo[] }>('/api/v1/indices', {}, signal)).indices;
}

export function tailUrl(query: string, index: string): string {
  return url(`${LOGS}/tail`, { query, index });
}
