import type { Scheme } from '../../chart/palette';
import { displayer, type Display } from '../field/display';
import type { Frame } from '../frames/frame';
import type { FieldConfig, Panel } from '../model/types';
import { reducedValues } from '../reduce/values';

export interface Slice {
  name: string;
  display: Display;
  /** Of the whole, 0 to 1. */
  from: number;
  to: number;
}

/** Shares of a whole, the largest first; what is negative or missing has none. */
export function slices(frames: readonly Frame[], panel: Panel, scheme: Scheme): Slice[] {
  const values = reducedValues(frames, panel.options.reduceOptions)
    .map(({ name, field, value }, index) => {
      const config: FieldConfig = { ...field.config, color: field.config.color ?? PALETTE };
      return { name, display: displayer({ ...field, config }, { scheme, index, name })(value) };
    })
    .filter(({ display }) => (display.number ?? 0) > 0)
    .sort((a, b) => (b.display.number ?? 0) - (a.display.number ?? 0));
  const whole = values.reduce((sum, { display }) => sum + (display.number ?? 0), 0);
  let from = 0;
  return values.map(({ name, display }) => {
    const slice = { name, display, from, to: from + (display.number ?? 0) / whole };
    from = slice.to;
    return slice;
  });
}

const PALETTE = { mode: 'palette-classic', fixedColor: '', seriesBy: 'last' } as const;
