import type uPlot from 'uplot';
import { stackBases, stackValues } from '../../../lib/chart/stackValues';
import type { StyledSeries } from '../style';
import type { StackMode, ValueAxis } from '../types';

export interface PlotData {
  data: uPlot.AlignedData;
  /** For each series of the plot the one it belongs to, as an index into what was given. */
  order: number[];
  bands: uPlot.Band[];
}

/**
 * What is drawn, which differs from what is told: stacked values are sums, drawn from the top so that lower bars
 * are not covered, and a logarithmic axis has no place for zero.
 */
export function plotData(
  x: readonly number[],
  series: readonly StyledSeries[],
  stack: StackMode,
  axes: { left: ValueAxis; right: ValueAxis },
): PlotData {
  const raw = series.map((each) => each.values);
  const order = series.map((_, index) => index);
  if (stack !== 'none') order.reverse();
  const stacked = stackValues(raw, stack);
  const drawn = order.map((index) => {
    const axis = axes[series[index]?.axis ?? 'left'];
    const values = stacked[index] ?? [];
    return isLog(axis) ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;
  });
  return { data: [[...x], ...drawn], order, bands: stack === 'none' ? [] : bands(raw, series, order) };
}

export function isLog(axis: ValueAxis): boolean {
  return axis.scale === 'log2' || axis.scale === 'log10';
}

function bands(
  raw: readonly (readonly (number | null)[])[],
  series: readonly StyledSeries[],
  order: readonly number[],
): uPlot.Band[] {
  const position = (index: number) => order.indexOf(index) + 1;
  return stackBases(raw).flatMap((base, index) => {
    // Bars are drawn over each other instead.
    if (base === null || series[index]?.style.draw !== 'line') return [];
    const negative = (raw[index] ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0) < 0;
    return [{ series: [position(index), position(base)], dir: negative ? 1 : -1 }];
  });
}
