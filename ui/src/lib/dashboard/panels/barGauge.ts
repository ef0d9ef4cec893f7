import type { Scheme } from '../../chart/palette';
import { displayer, type Display } from '../field/display';
import type { Frame } from '../frames/frame';
import type { Panel } from '../model/types';
import { asField, reducedValues } from '../reduce/values';
import { scaleFor } from './gauge';

export interface BarGauge {
  name: string;
  display: Display;
}

/** One bar for each value, all on one scale. */
export function barGauges(frames: readonly Frame[], panel: Panel, scheme: Scheme): BarGauge[] {
  const values = reducedValues(frames, panel.options.reduceOptions);
  const shared = scaleFor(
    asField(values).config,
    values.map(({ value }) => value),
  );
  return values.map(({ name, field, value }, index) => {
    const range = { min: field.config.min ?? shared.min, max: field.config.max ?? shared.max };
    return { name, display: displayer(field, { scheme, index, name, range })(value) };
  });
}
