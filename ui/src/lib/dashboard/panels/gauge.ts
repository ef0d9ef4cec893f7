import type { Scheme } from '../../chart/palette';
import { displayer, type Display } from '../field/display';
import { namedColor } from '../field/palette';
import { DEFAULT_THRESHOLDS, shareOf, stepStart, valueRange, type ValueRange } from '../field/thresholds';
import type { Frame } from '../frames/frame';
import { flag } from '../model/read';
import type { FieldConfig, Panel } from '../model/types';
import { asField, reducedValues } from '../reduce/values';

export interface Band {
  /** Shares of the scale, 0 to 1. */
  from: number;
  to: number;
  color: string;
}

export interface GaugeDial {
  name: string;
  display: Display;
  bands: Band[];
}

/** One dial for each value; all of a panel share a scale, so that they can be compared. */
export function gaugeDials(frames: readonly Frame[], panel: Panel, scheme: Scheme): GaugeDial[] {
  const values = reducedValues(frames, panel.options.reduceOptions);
  const shared = scaleFor(
    asField(values).config,
    values.map(({ value }) => value),
  );
  const showBands = flag(panel.options.showThresholdMarkers, true);
  return values.map((reduced, index) => {
    const { config } = reduced.field;
    const range = { min: config.min ?? shared.min, max: config.max ?? shared.max };
    return {
      name: reduced.name,
      display: displayer(reduced.field, { scheme, index, name: reduced.name, range })(reduced.value),
      bands: showBands ? bandsOf(config, range, scheme) : [],
    };
  });
}

/** Without limits a scale begins at zero, and ends above what is shown. */
export function scaleFor(config: FieldConfig, values: readonly unknown[]): ValueRange {
  const found = valueRange(config, values);
  const min = config.min ?? Math.min(0, found.min);
  return { min, max: Math.max(config.max ?? found.max, config.max ?? min + Number.EPSILON) };
}

function bandsOf(config: FieldConfig, range: ValueRange, scheme: Scheme): Band[] {
  const thresholds = config.thresholds ?? DEFAULT_THRESHOLDS;
  return thresholds.steps
    .map((step, index) => {
      const next = thresholds.steps[index + 1];
      return {
        from: shareOf(stepStart(step, thresholds, range), range),
        to: next ? shareOf(stepStart(next, thresholds, range), range) : 1,
        color: namedColor(step.color, scheme),
      };
    })
    .filter(({ from, to }) => to > from);
}
