import { paletteColor, type Scheme } from '../../lib/chart/palette';
import type { ChartSeries, SeriesStyle, TimeSeriesChartProps } from './types';

const DEFAULT_STYLE: SeriesStyle = {
  draw: 'line',
  lineWidth: 1.4,
  fillOpacity: 0,
  interpolation: 'linear',
  points: 'auto',
  pointSize: 5,
  spanGaps: false,
};

/** A series with everything decided that may be left out. */
export interface StyledSeries extends Omit<ChartSeries, 'style'> {
  color: string;
  axis: 'left' | 'right';
  style: SeriesStyle;
}

const STACKED_FILL = 0.55;

export function styledSeries(
  { series, style, stack }: Pick<TimeSeriesChartProps, 'series' | 'style' | 'stack'>,
  scheme: Scheme,
): StyledSeries[] {
  const stacked = stack !== undefined && stack !== 'none';
  return series.map((each, index) => {
    const merged: SeriesStyle = { ...DEFAULT_STYLE, ...style, ...each.style };
    // Without a fill nobody could see what stands on what.
    if (stacked && merged.fillOpacity === 0) merged.fillOpacity = STACKED_FILL;
    return {
      ...each,
      color: each.color ?? paletteColor(index, scheme),
      axis: each.axis ?? 'left',
      style: merged,
    };
  });
}
