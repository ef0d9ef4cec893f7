import 'uplot/dist/uPlot.min.css';
import { useEffect, useEffectEvent, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import type { Store } from '../../../state/store';
import type { StyledSeries } from '../style';
import type { TimeSeriesChartProps } from '../types';
import classes from '../Charts.module.css';
import { plotOptions, type Hover, type PlotShape } from './options';
import { plotData } from './plotData';

export interface PlotProps {
  chart: TimeSeriesChartProps;
  /** Those that are shown. */
  series: readonly StyledSeries[];
  scheme: 'light' | 'dark';
  onHover: (hover: PlotHover | null) => void;
  /** The name of the series that stands out from the others, if one does. */
  pointed: Store<string | null>;
}

/** With the positions in the order of `series`. */
export type PlotHover = Hover;

/** The only module of the charts that brings uPlot in; everything that React draws is around it. */
export default function Plot({ chart, series, scheme, onHover, pointed }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const { x, stack = 'none', left = EMPTY, right = EMPTY, syncKey } = chart;
  const drawn = useMemo(() => plotData(x, series, stack, { left, right }), [x, series, stack, left, right]);
  const { order, bands } = drawn;
  const shape: PlotShape = { series, order, bands, stacked: stack !== 'none', left, right, syncKey };
  const shapeKey = JSON.stringify([
    scheme,
    stack,
    left,
    right,
    syncKey,
    bands,
    series.map(({ color, axis, style }) => [color, axis, style]),
  ]);

  const current = useEffectEvent(() => ({ chart, shape, data: drawn.data }));
  const hovered = useEffectEvent((hover: Hover | null) => {
    const positions = new Array<number | null>(order.length).fill(null);
    order.forEach((index, place) => (positions[index] = hover?.positions[place] ?? null));
    onHover(hover && { ...hover, positions });
  });

  // Canvas colours are read once, and uPlot keeps its series: another look means another plot.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const options = plotOptions(element, current().shape, {
      x: () => current().chart.x,
      props: () => current().chart,
      onHover: (hover) => hovered(hover),
      onZoom: (span) => current().chart.onZoom?.(span),
    });
    const created = new uPlot(options, current().data, element);
    plot.current = created;
    const observer = new ResizeObserver(() => {
      created.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [shapeKey]);

  useEffect(() => plot.current?.setData(drawn.data, true), [drawn, chart.span]);
  useEffect(() => plot.current?.redraw(false), [chart.markers, chart.thresholds, chart.thresholdStyle]);

  useEffect(
    () =>
      pointed.subscribe(() => {
        const index = series.findIndex(({ name }) => name === pointed.get());
        plot.current?.setSeries(index < 0 ? null : order.indexOf(index) + 1, { focus: true });
      }),
    [pointed, series, order],
  );

  return <div className={classes.canvas} ref={host} role="img" aria-label={chart.label} />;
}

const EMPTY = {};
