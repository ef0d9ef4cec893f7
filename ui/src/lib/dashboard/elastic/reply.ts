import type { Raw } from '../model/read';

/** The parts of Elasticsearch's answers that are read. */

export interface ElasticHit {
  _index: string;
  _id: string;
  _source?: Raw;
  sort?: unknown[];
}

export interface ElasticReply {
  hits?: { total?: unknown; hits?: ElasticHit[] };
  aggregations?: Raw;
  status?: number;
  error?: { type?: string; reason?: string; root_cause?: { type?: string; reason?: string }[] } | string;
}

/** What went wrong, in the server's words; null when nothing did. */
export function elasticFault({ error }: ElasticReply): string | null {
  if (error === undefined) return null;
  if (typeof error === 'string') return error;
  const cause = error.root_cause?.[0];
  return cause?.reason ?? error.reason ?? cause?.type ?? error.type ?? 'The search failed.';
}
