import type { Hit } from '../../api/types';

/** Ids are unique in an index only; index names hold no slash. */
export function hitKey(hit: Hit): string {
  return `${hit.index}/${hit.id}`;
}
