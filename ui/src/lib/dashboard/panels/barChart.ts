import type { Scheme } from '../../chart/palette';
import { displayer, type Display } from '../field/display';
import { seriesColor } from '../field/color';
import { valueRange } from '../field/thresholds';
import type { Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import { text } from '../model/read';
import type { Panel } from '../model/types';

export interface BarGroup {
  name: string;
  bars: { name: string; color: string; display: Display; share: number }[];
}

export interface BarChart {
  groups: BarGroup[];
  series: { name: string; color: string }[];
}

/** One group of bars for each row, one bar for each column of numbers; all on one scale that begins at zero. */
export function barChart(frames: readonly Frame[], panel: Panel, scheme: Scheme): BarChart {
  const frame = frames[0];
  if (!frame) return { groups: [], series: [] };
  const named = frame.fields.map((field) => ({ field, name: displayName(field, frame, frames) }));
  const wanted = text(panel.options.xField);
  const x =
    named.find(({ name }) => name === wanted) ??
    named.find(({ field }) => field.type === 'string') ??
    named.find(({ field }) => field.type === 'time');
  const columns = named
    .filter((each) => each !== x && each.field.type === 'number')
    .map(({ field, name }, index) => ({
      name,
      field,
      show: displayer(field, { scheme, index, name }),
      color: seriesColor(
        field.config,
        { scheme, index, name, range: valueRange(field.config, field.values) },
        field.values,
      ),
    }));
  const most = Math.max(
    ...columns.map(({ field }) => field.config.max ?? valueRange({ custom: {} }, field.values).max),
    Number.MIN_VALUE,
  );
  const label = x ? displayer(x.field, { scheme }) : null;
  const groups = Array.from({ length: frame.length }, (_, row) => ({
    name: label?.(x?.field.values[row]).text ?? String(row + 1),
    bars: columns.map(({ name, field, show, color }) => {
      const display = show(field.values[row]);
      return { name, display, color, share: Math.min(1, Math.max(0, (display.number ?? 0) / most)) };
    }),
  }));
  return { groups, series: columns.map(({ name, color }) => ({ name, color })) };
}
