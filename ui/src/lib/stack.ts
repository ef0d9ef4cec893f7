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

export interface Segment {
  group: SeverityGroup;
  /** Pixels above the axis, and its own. */
  base: number;
  height: number;
}

/** What a person looks for is drawn twice as tall as the least that can be seen. */
const STANDING_OUT: readonly SeverityGroup[] = ['ERROR', 'CRITICAL'];

/**
 * One bar in whole pixels. What is there gets at least `pixel`, errors two of them: one error among ten
 * thousand lines would vanish in true proportions.
 */
export function stackBar(bucket: Bucket, pixelsPerDocument: number, pixel: number): Segment[] {
  const counts = groupCounts(bucket);
  const segments: Segment[] = [];
  let base = 0;
  for (const group of STACK_ORDER) {
    if (counts[group] === 0) continue;
    const least = STANDING_OUT.includes(group) ? 2 * pixel : pixel;
    const height = Math.max(least, Math.round(counts[group] * pixelsPerDocument));
    segments.push({ group, base, height });
    base += height;
  }
  return segments;
}
