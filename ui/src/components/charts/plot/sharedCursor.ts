import type uPlot from 'uplot';

/** What the others follow. A mark that is drawn in one chart is its own: each would zoom once more. */
const FOLLOWED: readonly string[] = ['mousemove', 'mouseleave'];

const follows: uPlot.Cursor.Sync.Filter = (type) => FOLLOWED.includes(type);

/** Charts with the same key show the pointer at the same instant. */
export function sharedCursor(key: string | undefined): Pick<uPlot.Cursor, 'sync'> {
  if (key === undefined) return {};
  return { sync: { key, scales: ['x', null], filters: { pub: follows, sub: follows } } };
}
