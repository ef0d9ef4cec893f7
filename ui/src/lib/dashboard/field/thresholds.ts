import type { FieldConfig, Thresholds, ThresholdStep } from '../model/types';

/** What panels without thresholds of their own have. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    { color: 'red', value: 80 },
  ],
};

export interface ValueRange {
  min: number;
  max: number;
}

/** The step that a value has reached. */
export function activeStep(value: number, thresholds: Thresholds, range: ValueRange): ThresholdStep {
  const compared = thresholds.mode === 'percentage' ? shareOf(value, range) * 100 : value;
  const found = thresholds.steps.findLast((step) => step.value === null || compared >= step.value);
  return found ?? thresholds.steps[0] ?? { color: 'green', value: null };
}

/** Where a step begins, in the values of the field. */
export function stepStart(step: ThresholdStep, thresholds: Thresholds, range: ValueRange): number {
  if (step.value === null) return range.min;
  if (thresholds.mode === 'absolute') return step.value;
  return range.min + ((range.max - range.min) * step.value) / 100;
}

/** 0 at the least value, 1 at the greatest. */
export function shareOf(value: number, { min, max }: ValueRange): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
}

/** From the configuration where it says, else from the values. */
export function valueRange(config: FieldConfig, values: readonly unknown[]): ValueRange {
  if (config.unit === 'percent' && config.min === undefined && config.max === undefined) {
    return { min: 0, max: 100 };
  }
  if (config.unit === 'percentunit' && config.min === undefined && config.max === undefined) {
    return { min: 0, max: 1 };
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return {
    min: config.min ?? (Number.isFinite(low) ? low : 0),
    max: config.max ?? (Number.isFinite(high) ? high : 100),
  };
}
