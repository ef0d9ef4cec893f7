import { describe, expect, it } from 'vitest';
import { readDashboard } from '../model/readDashboard';
import type { Panel } from '../model/types';
import type { Scope } from '../variables/types';
import { compact } from './compact';
import { repeatSections } from './repeat';
import { isClosed, sectionsOf } from './sections';

const SCOPE: Scope = new Map([
  ['job', { values: ['a', 'b', 'c'], texts: ['A', 'B', 'C'], whole: null, verbatim: null, multi: true }],
]);

let lastId = 0;
function panel(x: number, y: number, w: number, h: number, more: object = {}) {
  lastId += 1;
  return { id: lastId, type: 'stat', title: `p${lastId}`, gridPos: { x, y, w, h }, ...more };
}

const read = (...panels: object[]): Panel[] => readDashboard({ panels }).panels;
const places = (panels: readonly Panel[]) => panels.map(({ gridPos: { x, y, w } }) => [x, y, w]);

describe('sectionsOf', () => {
  it('puts panels under the row above them, those of a closed row from inside it', () => {
    const sections = sectionsOf(
      read(
        panel(0, 0, 6, 4),
        panel(0, 4, 24, 1, { type: 'row', title: 'open' }),
        panel(0, 5, 6, 4),
        panel(0, 9, 24, 1, { type: 'row', title: 'closed', collapsed: true, panels: [panel(0, 10, 6, 4)] }),
      ),
    );
    expect(sections.map(({ row, panels }) => [row?.title, panels.length])).toEqual([
      [undefined, 1],
      ['open', 1],
      ['closed', 1],
    ]);
    const rows = sections.flatMap(({ row }) => row ?? []);
    expect(rows.map((row) => isClosed(row, new Set()))).toEqual([false, true]);
    expect(rows.map((row) => isClosed(row, new Set(rows.map(({ key }) => key))))).toEqual([true, false]);
  });
});

describe('repeatSections', () => {
  it('lays repetitions side by side and pushes down what is below', () => {
    const [section] = repeatSections(
      sectionsOf(read(panel(0, 0, 24, 4, { repeat: 'job', maxPerRow: 2 }), panel(0, 4, 12, 4))),
      SCOPE,
    );
    expect(places(section?.panels ?? [])).toEqual([
      [0, 0, 12],
      [12, 0, 12],
      [0, 4, 12],
      [0, 8, 12],
    ]);
    expect(section?.panels[1]?.scoped).toEqual({ job: { value: 'b', text: 'B' } });
  });
  it('repeats rows with their panels, under keys of their own', () => {
    const sections = repeatSections(
      sectionsOf(read(panel(0, 0, 24, 1, { type: 'row', repeat: 'job' }), panel(0, 1, 6, 4))),
      SCOPE,
    );
    expect(sections).toHaveLength(3);
    expect(sections[2]?.panels[0]?.scoped.job?.value).toBe('c');
    expect(new Set(sections.flatMap(({ panels }) => panels.map(({ key }) => key))).size).toBe(3);
  });
  it('leaves a panel alone whose variable is not there', () =>
    expect(
      repeatSections(sectionsOf(read(panel(0, 0, 6, 4, { repeat: 'nobody' }))), SCOPE)[0]?.panels,
    ).toHaveLength(1));
});

it('moves panels up until they touch', () =>
  expect(places(compact(read(panel(0, 7, 12, 4), panel(12, 9, 12, 4), panel(6, 30, 12, 2))))).toEqual([
    [0, 0, 12],
    [12, 0, 12],
    [6, 4, 12],
  ]));
