import type { Scheme } from '../../chart/palette';
import { seriesColor } from '../field/color';
import { namedColor } from '../field/palette';
import { stepStart, valueRange } from '../field/thresholds';
import { numberAt, timeFieldOf, type Field, type Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import { flag, number, record, text, type Raw } from '../model/read';
import type { FieldConfig } from '../model/types';
import type {
  ChartSeries,
  SeriesStyle,
  StackMode,
  Threshold,
  ValueAxis,
} from '../../../components/charts/types';

/** What the chart of a panel is drawn from. */
export interface TimeSeriesData {
  x: number[];
  series: ChartSeries[];
  left: ValueAxis;
  right: ValueAxis;
  stack: StackMode;
  thresholds: Threshold[];
  thresholdStyle: 'line' | 'area' | 'line+area';
}

interface Drawn {
  field: Field;
  frame: Frame;
  times: readonly unknown[];
  name: string;
}

export function timeSeriesData(frames: readonly Frame[], scheme: Scheme): TimeSeriesData {
  const drawn = drawnFields(frames);
  const x = gridOf(drawn);
  const place = new Map(x.map((at, index) => [at, index]));
  const firstUnit = drawn[0]?.field.config.unit;
  const finest = Math.min(...drawn.map(({ field }) => field.stepMs ?? Infinity));
  const series = drawn.map((each, index) =>
    toSeries(each, index, { place, length: x.length, firstUnit, finest, scheme }),
  );
  const of = (side: 'left' | 'right') => drawn.find((_, index) => (series[index]?.axis ?? 'left') === side);
  const main = drawn[0]?.field;
  return {
    x,
    series,
    left: axisOf(of('left')?.field.config),
    right: axisOf(of('right')?.field.config),
    stack: stackMode(main?.config),
    ...thresholdsOf(main, scheme),
  };
}

function drawnFields(frames: readonly Frame[]): Drawn[] {
  return frames.flatMap((frame) => {
    const times = timeFieldOf(frame)?.values;
    if (!times) return [];
    return frame.fields
      .filter((field) => field.type === 'number' && !flag(record(field.config.custom.hideFrom).viz))
      .map((field) => ({ field, frame, times, name: displayName(field, frame, frames) }));
  });
}

/** Every instant at which any series has a sample, and one after each longer pause, where the line breaks. */
function gridOf(drawn: readonly Drawn[]): number[] {
  const instants = new Set<number>();
  for (const { times, field } of drawn) {
    let before: number | null = null;
    for (const at of times) {
      if (typeof at !== 'number') continue;
      if (before !== null && field.stepMs !== undefined && at - before > field.stepMs * 1.5) {
        instants.add(before + field.stepMs);
      }
      instants.add(at);
      before = at;
    }
  }
  return [...instants].sort((a, b) => a - b);
}

interface SeriesContext {
  place: ReadonlyMap<number, number>;
  length: number;
  firstUnit: string | undefined;
  /** The smallest step of any series. */
  finest: number;
  scheme: Scheme;
}

function toSeries({ field, times, name }: Drawn, index: number, context: SeriesContext): ChartSeries {
  const { config } = field;
  const values = new Array<number | null>(context.length).fill(null);
  const sign = config.custom.transform === 'negative-Y' ? -1 : 1;
  times.forEach((at, position) => {
    const column = typeof at === 'number' ? context.place.get(at) : undefined;
    const value = numberAt(field.values, position);
    if (column !== undefined && value !== null && Number.isFinite(value)) values[column] = sign * value;
  });
  const color = { scheme: context.scheme, index, name, range: valueRange(config, field.values) };
  return {
    name,
    labels: { ...field.labels },
    color: seriesColor(config, color, field.values),
    values,
    axis: axisSide(config, context.firstUnit),
    style: styleOf(config, (field.stepMs ?? 0) > context.finest),
    ...(config.unit !== undefined && { unit: config.unit }),
  };
}

/** A second unit gets the right axis, unless the panel says where it wants its axes. */
function axisSide({ custom, unit }: FieldConfig, firstUnit: string | undefined): 'left' | 'right' {
  if (custom.axisPlacement === 'right') return 'right';
  return custom.axisPlacement !== 'left' && unit !== firstUnit ? 'right' : 'left';
}

const INTERPOLATIONS: Readonly<Record<string, SeriesStyle['interpolation']>> = {
  smooth: 'smooth',
  stepBefore: 'step-before',
  stepAfter: 'step-after',
};

/** `sparse` series have samples between which others have more: those are no gaps. */
function styleOf({ custom }: FieldConfig, sparse: boolean): Partial<SeriesStyle> {
  const draw = custom.drawStyle === 'bars' || custom.drawStyle === 'points' ? custom.drawStyle : 'line';
  const points = custom.showPoints === 'always' || custom.showPoints === 'never' ? custom.showPoints : 'auto';
  const dash = dashOf(record(custom.lineStyle));
  return {
    draw,
    lineWidth: number(custom.lineWidth) ?? 1,
    fillOpacity: (number(custom.fillOpacity) ?? 0) / 100,
    interpolation: INTERPOLATIONS[text(custom.lineInterpolation)] ?? 'linear',
    // A sample between two gaps would not be seen at all.
    points: points === 'never' && draw === 'line' ? 'auto' : points,
    pointSize: number(custom.pointSize) ?? 5,
    spanGaps: sparse || custom.spanNulls === true || typeof custom.spanNulls === 'number',
    ...(dash && { dash }),
  };
}

function dashOf({ fill, dash }: Raw): number[] | null {
  if (fill === 'dot') return [1, 4];
  if (fill !== 'dash') return null;
  const given = Array.isArray(dash) ? dash.filter((each) => typeof each === 'number') : [];
  return given.length > 0 ? given : [8, 6];
}

function axisOf(config: FieldConfig | undefined): ValueAxis {
  const { type, log } = record(config?.custom.scaleDistribution);
  const label = text(config?.custom.axisLabel);
  return {
    unit: config?.unit,
    decimals: config?.decimals,
    min: config?.min,
    max: config?.max,
    scale: type === 'log' ? (log === 2 ? 'log2' : 'log10') : 'linear',
    ...(label !== '' && { label }),
  };
}

function stackMode(config: FieldConfig | undefined): StackMode {
  const { mode } = record(config?.custom.stacking);
  return mode === 'normal' || mode === 'percent' ? mode : 'none';
}

function thresholdsOf(field: Field | undefined, scheme: Scheme) {
  const style = text(record(field?.config.custom.thresholdsStyle).mode, 'off');
  const given = field?.config.thresholds;
  const shown = style !== 'off' && field && given;
  const range = shown ? valueRange(field.config, field.values) : { min: 0, max: 0 };
  const thresholds: Threshold[] = shown
    ? given.steps
        .filter((step) => step.value !== null)
        .map((step) => ({ value: stepStart(step, given, range), color: namedColor(step.color, scheme) }))
    : [];
  const area = style.includes('area') || style === 'series';
  const line = style.includes('line') || style.includes('dashed');
  return {
    thresholds,
    thresholdStyle: area ? (line ? ('line+area' as const) : ('area' as const)) : ('line' as const),
  };
}
