/** The narrowest bar, and what is between two. */
const BAR = 3;
export const GAP = 1;

export interface Bars {
  counts: number[];
  /** So many of the given counts are in a bar; in the first one maybe fewer. */
  each: number;
}

/** Counts put together to at most so many, none left out; the last one is now. */
export function bars(counts: readonly number[], most: number): Bars {
  if (most < 1) return { counts: [], each: 1 };
  const each = Math.max(1, Math.ceil(counts.length / most));
  const found: number[] = [];
  for (let end = counts.length; end > 0; end -= each) {
    const part = counts.slice(Math.max(0, end - each), end);
    found.unshift(part.reduce((sum, count) => sum + count, 0));
  }
  return { counts: found, each };
}

/** The bars that there is room for in so many pixels. */
export function barsWithin(counts: readonly number[], width: number): Bars {
  return bars(counts, Math.floor(width / (BAR + GAP)));
}
