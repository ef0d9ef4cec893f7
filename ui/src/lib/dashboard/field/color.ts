import { paletteColor, type Scheme } from '../../chart/palette';
import type { FieldConfig, ThresholdStep } from '../model/types';
import { isScale, scaleColor } from './gradient';
import { colorOfName, namedColor } from './palette';
import { activeStep, DEFAULT_THRESHOLDS, shareOf, type ValueRange } from './thresholds';

export interface ColorContext {
  scheme: Scheme;
  /** The place among the series of the panel. */
  index: number;
  name: string;
  range: ValueRange;
}

/** The colour of one value. */
export function valueColor(value: number | null, config: FieldConfig, context: ColorContext): string {
  const mode = config.color?.mode ?? 'thresholds';
  if (mode === 'thresholds') return namedColor(stepOf(value, config, context).color, context.scheme);
  if (isScale(mode)) return scaleColor(mode, shareOf(value ?? -Infinity, context.range), context.scheme);
  return plainColor(config, context);
}

/** The colour of a whole series; where values decide, it is that of its last, least or greatest one. */
export function seriesColor(config: FieldConfig, context: ColorContext, values: readonly unknown[]): string {
  const mode = config.color?.mode ?? 'palette-classic';
  if (mode === 'thresholds' || isScale(mode)) {
    return valueColor(decisive(values, config.color?.seriesBy ?? 'last'), config, context);
  }
  return plainColor(config, context);
}

function plainColor(config: FieldConfig, { index, name, scheme }: ColorContext): string {
  switch (config.color?.mode) {
    case 'fixed':
    case 'shades':
      return namedColor(config.color.fixedColor === '' ? 'gray' : config.color.fixedColor, scheme);
    case 'palette-classic-by-name':
      return colorOfName(name, scheme);
    default:
      return paletteColor(index, scheme);
  }
}

function stepOf(value: number | null, config: FieldConfig, { range }: ColorContext): ThresholdStep {
  return activeStep(value ?? -Infinity, config.thresholds ?? DEFAULT_THRESHOLDS, range);
}

function decisive(values: readonly unknown[], by: 'last' | 'min' | 'max'): number | null {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  if (numbers.length === 0) return null;
  if (by === 'last') return numbers.at(-1) ?? null;
  return numbers.reduce((a, b) => (by === 'min' ? Math.min(a, b) : Math.max(a, b)));
}
