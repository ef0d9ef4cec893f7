import { reportLost, reportReached } from '../state/connection';
import type { ErrorBody } from './types';

/** What the server refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/** The server could not be asked at all. */
export class ConnectionError extends Error {
  constructor(cause: unknown) {
    super('The server does not answer.', { cause });
    this.name = 'ConnectionError';
  }
}

export type Params = Record<string, string | number | undefined>;

export function url(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function get<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
  return request<T>(url(path, params), signal ? { signal } : {});
}

export function post<T>(path: string, body?: unknown): Promise<T> {
  return request<T>(path, withBody('POST', body));
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return request<T>(path, withBody('PUT', body));
}

/** Asks for something to be removed; the answer has no body. */
export async function remove(path: string): Promise<void> {
  await accepted(path, { method: 'DELETE' });
}

function withBody(method: string, body: unknown): RequestInit {
  return body === undefined ? { method } : { method, body: JSON.stringify(body) };
}

async function request<T>(address: string, init: RequestInit): Promise<T> {
  return (await (await accepted(address, init)).json()) as T;
}

async function accepted(address: string, init: RequestInit): Promise<Response> {
  const response = await send(address, init);
  if (!response.ok) throw new ApiError(response.status, await errorBody(response));
  return response;
}

/** Any answer at all, a refusal too; what fails here has not reached the server. */
export async function send(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, headers: { accept: 'application/json' } });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    reportLost();
    throw new ConnectionError(cause);
  }
  reportReached();
  return response;
}

/** A proxy in between may answer with something that is not ours: keep the status readable even then. */
async function errorBody(response: Response): Promise<ErrorBody> {
  const fallback: ErrorBody = {
    code: 'internal',
    message: `The server answered ${response.status} ${response.statusText}`.trim(),
  };
  try {
    const parsed = (await response.json()) as { error?: Partial<ErrorBody> };
    return { ...fallback, ...parsed.error };
  } catch {
    return fallback;
  }
}
