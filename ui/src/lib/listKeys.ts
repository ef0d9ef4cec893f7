/** Rows that a page key goes on by. */
const PAGE = 15;

/** The row that a key leads to from `at` (-1 for none) in a list of so many; null when it leads nowhere. */
export function targetRow(key: string, at: number, count: number): number | null {
  const clamp = (index: number) => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
      return clamp(at + 1);
    case 'ArrowUp':
      return clamp(at - 1);
    case 'PageDown':
      return clamp(at + PAGE);
    case 'PageUp':
      return clamp(at - PAGE);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
