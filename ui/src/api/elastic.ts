import type { ElasticReply } from '../lib/dashboard/elastic/reply';
import { elasticFault } from '../lib/dashboard/elastic/reply';
import { ApiError, send } from './http';

export interface Search {
  /** A pattern of indices. */
  index: string;
  body: Record<string, unknown>;
}

/** Several searches in one request; the answers come in the same order, each with a fault of its own. */
export async function multiSearch(
  searches: readonly Search[],
  signal?: AbortSignal,
): Promise<ElasticReply[]> {
  const lines = searches.flatMap(({ index, body }) => [
    JSON.stringify({ index, ignore_unavailable: true }),
    JSON.stringify(body),
  ]);
  const response = await send('/elastic/_msearch', {
    method: 'POST',
    body: new Blob([`${lines.join('\n')}\n`], { type: 'application/x-ndjson' }),
    ...(signal && { signal }),
  });
  const reply = (await response.json().catch(() => ({}))) as { responses?: ElasticReply[] } & ElasticReply;
  if (response.ok && reply.responses) return reply.responses;
  throw new ApiError(response.status, {
    code: 'search_failed',
    message: elasticFault(reply) ?? `The server answered ${response.status} ${response.statusText}`.trim(),
  });
}
