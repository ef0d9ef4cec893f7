import type { GridPos, Panel } from '../model/types';

/** Panels moved up until each touches another or the top, as the grid of Grafana does. */
export function compact(panels: readonly Panel[]): Panel[] {
  const placed: Panel[] = [];
  const ordered = panels.toSorted((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  for (const panel of ordered) {
    const above = placed.filter((other) => beside(other.gridPos, panel.gridPos));
    const y = Math.max(0, ...above.map(({ gridPos }) => gridPos.y + gridPos.h));
    placed.push({ ...panel, gridPos: { ...panel.gridPos, y } });
  }
  return placed;
}

/** Whether two panels share a column of the grid. */
function beside(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w;
}
