import { useComputedColorScheme } from '@mantine/core';
import { lazy, memo, Suspense, useCallback, useMemo, useState } from 'react';
import { createStore } from '../../state/store';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import type { PlotHover } from './plot/Plot';
import { styledSeries } from './style';
import type { TimeSeriesChartProps } from './types';
import { useHidden } from './useHidden';
import classes from './Charts.module.css';

const Plot = lazy(() => import('./plot/Plot'));

/** Lines over time with legend, tooltip and zoom. It fills its parent, which gives it its height. */
export const TimeSeriesChart = memo(function TimeSeriesChart(chart: TimeSeriesChartProps) {
  const scheme = useComputedColorScheme();
  const { series: given, style, stack, legend } = chart;
  const series = useMemo(
    () => styledSeries({ series: given, style, stack }, scheme),
    [given, style, stack, scheme],
  );
  const { hidden, toggle } = useHidden(given);
  const shown = useMemo(() => series.filter((_, index) => !hidden.has(index)), [series, hidden]);
  // Outside React's state: a moving pointer must draw the tooltip again and nothing else.
  const [hover] = useState(() => createStore<PlotHover | null>(null));
  const [pointed] = useState(() => createStore<string | null>(null));
  const onHover = useCallback((at: PlotHover | null) => hover.set(at), [hover]);
  return (
    <div className={classes.chart} data-legend={legend?.placement ?? 'none'} data-testid="chart">
      <div className={classes.plot}>
        <Suspense fallback={null}>
          <Plot chart={chart} series={shown} scheme={scheme} onHover={onHover} pointed={pointed} />
        </Suspense>
        <ChartTooltip chart={chart} series={shown} hover={hover} />
      </div>
      {legend && legend.placement !== 'none' && (
        <ChartLegend
          options={legend}
          series={series}
          left={chart.left}
          right={chart.right}
          hidden={hidden}
          onToggle={toggle}
          onPoint={pointed.set}
        />
      )}
    </div>
  );
});
