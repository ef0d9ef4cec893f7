/** Counts put together to at most so many, none left out; the last one is now. */
export function bars(counts: readonly number[], most: number): number[] {
  if (most < 1) return [];
  const each = Math.max(1, Math.ceil(counts.length / most));
  const found: number[] = [];
  for (let end = counts.length; end > 0; end -= each) {
    const part = counts.slice(Math.max(0, end - each), end);
    found.unshift(part.reduce((sum, count) => sum + count, 0));
  }
  return found;
}
