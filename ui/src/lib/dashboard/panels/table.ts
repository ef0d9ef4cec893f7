import type { Scheme } from '../../chart/palette';
import { displayer, type Displayer } from '../field/display';
import { inkOn } from '../field/gradient';
import type { Field, Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import { flag, number, record, records, text } from '../model/read';
import type { Panel } from '../model/types';
import { reducer } from '../reduce/reducers';
import { compareValues } from '../transform/rows';

export type CellKind = 'text' | 'color-text' | 'color-background' | 'gauge' | 'json';

export interface TableColumn {
  name: string;
  field: Field;
  show: Displayer;
  align: 'left' | 'right' | 'center';
  width: number | undefined;
  kind: CellKind;
}

export interface TableSort {
  column: string;
  down: boolean;
}

export function tableColumns(frame: Frame, frames: readonly Frame[], scheme: Scheme): TableColumn[] {
  return frame.fields
    .filter(({ config }) => !flag(config.custom.hidden) && !flag(record(config.custom.hideFrom).viz))
    .map((field, index) => {
      const { custom } = field.config;
      const name = displayName(field, frame, frames);
      return {
        name,
        field,
        show: displayer(field, { scheme, index, name }),
        align: alignOf(text(custom.align), field),
        width: number(custom.width),
        kind: kindOf(text(record(custom.cellOptions).type) || text(custom.displayMode)),
      };
    });
}

function alignOf(align: string, { type, config }: Field): TableColumn['align'] {
  if (align === 'left' || align === 'right' || align === 'center') return align;
  // Instants are read like words.
  return type === 'number' && !(config.unit ?? '').startsWith('dateTime') ? 'right' : 'left';
}

function kindOf(type: string): CellKind {
  if (type === 'color-text' || type === 'color-background') return type;
  if (type.startsWith('color-background')) return 'color-background';
  if (['gauge', 'basic', 'gradient-gauge', 'lcd-gauge'].includes(type)) return 'gauge';
  return type === 'json-view' || type === 'json' ? 'json' : 'text';
}

/** How the file wants the rows. */
export function fileSort({ options }: Panel): TableSort | null {
  const first = records(options.sortBy)[0];
  const column = text(first?.displayName);
  return column === '' ? null : { column, down: flag(first?.desc) };
}

/** The places of the rows in the order of a column. */
export function rowOrder(frame: Frame, columns: readonly TableColumn[], sort: TableSort | null): number[] {
  const places = Array.from({ length: frame.length }, (_, index) => index);
  const field = columns.find(({ name }) => name === sort?.column)?.field;
  if (!sort || !field) return places;
  const sign = sort.down ? -1 : 1;
  return places.sort((a, b) => sign * compareValues(field.values[a], field.values[b]));
}

/** What stands under the columns, where the panel wants it: null where it says nothing. */
export function footerOf(panel: Panel, columns: readonly TableColumn[]): (string | null)[] | null {
  const footer = record(panel.options.footer);
  if (!flag(footer.show)) return null;
  const calc = text(Array.isArray(footer.reducer) ? footer.reducer[0] : undefined, 'sum');
  return columns.map(({ field, show }) =>
    field.type === 'number' ? show(reducer(calc)(field.values)).text : null,
  );
}

/** The colours of one cell. */
export function cellColors(kind: CellKind, color: string): { color?: string; background?: string } {
  if (kind === 'color-text') return { color };
  return kind === 'color-background' ? { background: color, color: inkOn(color) } : {};
}
