import type { Bucket } from '../api/types';
import { SEVERITIES, severityGroup, type SeverityGroup } from './severity';

/** Drawn from the bottom up. */
export const STACK_ORDER: readonly SeverityGroup[] = ['OTHER', ...SEVERITIES];

export type GroupCounts = Record<SeverityGroup, number>;

/** A bucket's documents by severity; those without one, or with one nobody knows, are OTHER. */
export function groupCounts(bucket: Bucket): GroupCounts {
  const counts: GroupCounts = { OTHER: 0, DEBUG: 0, INFO: 0, WARNING: 0, ERROR: 0, CRITICAL: 0 };
  let named = 0;
  for (const [severity, count] of Object.entries(bucket.by ?? {})) {
    counts[severityGroup(severity)] += count;
    named += count;
  }
  counts.OTHER += Math.max(0, bucket.total - named);
  return counts;
}

export function totals(buckets: readonly Bucket[]): GroupCounts {
  const sum = groupCounts({ start: '', total: 0 });
  for (const bucket of buckets) {
    const counts = groupCounts(bucket);
    for (const group of STACK_ORDER) sum[group] += counts[group];
  }
  return sum;
}

/**
 * One row a severity, each holding the height of its own top edge, in `STACK_ORDER`. Bars overlap instead of
 * floating: whoever draws them starts with the last, which is the tallest.
 */
export function stackedHeights(buckets: readonly Bucket[]): number[][] {
  const perBucket = buckets.map(groupCounts);
  const heights = perBucket.map(() => 0);
  return STACK_ORDER.map((group) =>
    perBucket.map((counts, at) => {
      const height = (heights[at] ?? 0) + counts[group];
      heights[at] = height;
      return height;
    }),
  );
}
