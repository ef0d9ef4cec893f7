import type { Panel } from '../model/types';
import type { Scope } from '../variables/types';
import type { Section } from './sections';

const COLUMNS = 24;

/** Sections and panels with their repetitions: one for each value of the variable that they repeat by. */
export function repeatSections(sections: readonly Section[], scope: Scope): Section[] {
  return sections.flatMap(({ row, panels }) => {
    const rows = row ? repetitions(row, scope) : [null];
    return rows.map((each) => ({
      row: each,
      panels: layPanels(
        panels.map((panel) => (each ? inherit(panel, each) : panel)),
        scope,
      ),
    }));
  });
}

/** A row's value reaches its panels, and their keys must differ from those of the next repetition. */
function inherit(panel: Panel, row: Panel): Panel {
  if (Object.keys(row.scoped).length === 0) return panel;
  return { ...panel, key: `${panel.key}@${row.key}`, scoped: { ...panel.scoped, ...row.scoped } };
}

function repetitions(panel: Panel, scope: Scope): Panel[] {
  const value = panel.repeat === '' ? undefined : scope.get(panel.repeat);
  if (!value || value.values.length === 0) return [panel];
  return value.values.map((each, index) => ({
    ...panel,
    key: `${panel.key}~${each}`,
    scoped: { ...panel.scoped, [panel.repeat]: { value: each, text: value.texts[index] ?? each } },
  }));
}

/** Repeated panels take the place of the one in the file, and push down what lies below it. */
function layPanels(panels: readonly Panel[], scope: Scope): Panel[] {
  let pushed = 0;
  let from = Infinity;
  return panels.flatMap((panel) => {
    const { gridPos } = panel;
    const y = gridPos.y + (gridPos.y >= from ? pushed : 0);
    const placed = { ...panel, gridPos: { ...gridPos, y } };
    const copies = repetitions(placed, scope);
    if (copies.length === 1 && copies[0] === placed) return [placed];
    const laid = placed.repeatDirection === 'v' ? down(copies) : across(copies, placed.maxPerRow);
    const bottom = Math.max(...laid.map((each) => each.gridPos.y + each.gridPos.h));
    const grown = bottom - (y + gridPos.h);
    if (grown > 0) {
      pushed += grown;
      from = Math.min(from, gridPos.y + gridPos.h);
    }
    return laid;
  });
}

function down(copies: readonly Panel[]): Panel[] {
  return copies.map((panel, index) => ({
    ...panel,
    gridPos: { ...panel.gridPos, y: panel.gridPos.y + index * panel.gridPos.h },
  }));
}

function across(copies: readonly Panel[], maxPerRow: number): Panel[] {
  const perRow = Math.max(1, Math.min(copies.length, maxPerRow));
  const w = Math.floor(COLUMNS / perRow);
  return copies.map((panel, index) => ({
    ...panel,
    gridPos: {
      ...panel.gridPos,
      x: (index % perRow) * w,
      y: panel.gridPos.y + Math.floor(index / perRow) * panel.gridPos.h,
      w,
    },
  }));
}
