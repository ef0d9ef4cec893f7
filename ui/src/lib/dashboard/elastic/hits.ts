import type { Hit, JsonObject } from '../../../api/types';
import type { ElasticHit } from './reply';

/** Documents in the shape in which the tables of Discover show them. */
export function asHits(hits: readonly ElasticHit[], timeField: string): Hit[] {
  return hits.map(({ _index: index, _id: id, _source: source = {}, sort }, sequence) => {
    const at = source[timeField] ?? source.timestamp ?? sort?.[0];
    return { index, id, sequence, timestamp: isoOf(at), source: source as JsonObject };
  });
}

function isoOf(at: unknown): string | null {
  if (typeof at !== 'string' && typeof at !== 'number') return null;
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}
