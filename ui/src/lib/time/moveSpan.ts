import type { TimeRange } from './range';

export type SpanMove = 'earlier' | 'later' | 'wider';

/** A span half its length away, or twice as long around the same middle; never beyond now. */
export function movedSpan(
  { from, to }: { from: number; to: number },
  move: SpanMove,
  now: number,
): TimeRange {
  const half = (to - from) / 2;
  const [start, end] =
    move === 'wider'
      ? [from - half, to + half]
      : move === 'earlier'
        ? [from - half, to - half]
        : [from + half, to + half];
  const late = Math.max(0, end - now);
  return spanRange({ from: start - late, to: end - late });
}

/** A span of instants as a range that a link can carry. */
export function spanRange({ from, to }: { from: number; to: number }): TimeRange {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
