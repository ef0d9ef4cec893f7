import type { Panel } from '../model/types';

/** A row of the dashboard with the panels under it; the first section may have no row. */
export interface Section {
  row: Panel | null;
  panels: Panel[];
}

/** The panels by rows, top down. A collapsed row keeps its panels in itself, an open one is followed by them. */
export function sectionsOf(panels: readonly Panel[]): Section[] {
  const ordered = panels.toSorted((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const sections: Section[] = [{ row: null, panels: [] }];
  for (const panel of ordered) {
    if (panel.type === 'row') sections.push({ row: panel, panels: [...panel.panels] });
    else sections.at(-1)?.panels.push(panel);
  }
  return sections.filter((section) => section.row !== null || section.panels.length > 0);
}

/** Whether a row is closed: as the file says, unless its reader turned it round. */
export function isClosed(row: Panel, toggled: ReadonlySet<string>): boolean {
  return row.collapsed !== toggled.has(row.key);
}
