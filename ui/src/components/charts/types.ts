import type { Calculation } from '../../lib/chart/statistics';
import type { StackMode } from '../../lib/chart/stackValues';

export type { StackMode };

export interface SeriesStyle {
  draw: 'line' | 'bars' | 'points';
  /** CSS pixels; 0 draws no line. */
  lineWidth: number;
  /** 0 to 1, below the line. */
  fillOpacity: number;
  interpolation: 'linear' | 'smooth' | 'step-before' | 'step-after';
  /** `auto` marks only samples that stand alone, which a line would not show. */
  points: 'auto' | 'always' | 'never';
  pointSize: number;
  dash?: number[];
  /** Draws over gaps. */
  spanGaps: boolean;
}

export interface ChartSeries {
  name: string;
  labels: Record<string, string>;
  /** Any colour that a canvas understands; by default the next of the palette. */
  color?: string;
  /** One for each instant of `x`; null is a gap. */
  values: readonly (number | null)[];
  axis?: 'left' | 'right';
  /** A Grafana unit of its own, for the legend and the tooltip. */
  unit?: string;
  style?: Partial<SeriesStyle>;
}

export interface Threshold {
  value: number;
  color: string;
}

export interface ValueAxis {
  /** A Grafana unit. */
  unit?: string | undefined;
  decimals?: number | undefined;
  scale?: 'linear' | 'log2' | 'log10';
  min?: number | undefined;
  max?: number | undefined;
  label?: string | undefined;
}

/** Milliseconds since 1970. */
export interface TimeSpan {
  from: number;
  to: number;
}

export interface LegendOptions {
  placement: 'bottom' | 'right' | 'none';
  /** Columns of figures; none makes it a plain list. */
  calculations: readonly Calculation[];
  /** With it the reader may choose the columns. */
  onCalculations?: ((calculations: Calculation[]) => void) | undefined;
}

/** A point of its own in the plot, such as an exemplar. */
export interface Marker {
  at: number;
  value: number;
  color: string;
}

export interface TimeSeriesChartProps {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Milliseconds since 1970, ascending, shared by all series. */
  x: readonly number[];
  series: readonly ChartSeries[];
  /** What the time axis spans; by default what the data spans. */
  span?: TimeSpan | undefined;
  left?: ValueAxis | undefined;
  right?: ValueAxis | undefined;
  style?: Partial<SeriesStyle> | undefined;
  stack?: StackMode | undefined;
  thresholds?: readonly Threshold[] | undefined;
  thresholdStyle?: 'line' | 'area' | 'line+area' | undefined;
  markers?: readonly Marker[] | undefined;
  /** A part of the time that stands out. */
  marked?: TimeSpan | undefined;
  legend?: LegendOptions | undefined;
  tooltip?: 'all' | 'single' | 'none' | undefined;
  /** Charts with the same key share their crosshair. */
  syncKey?: string | undefined;
  onZoom?: ((span: TimeSpan) => void) | undefined;
  /** After a double click. */
  onZoomOut?: (() => void) | undefined;
}
