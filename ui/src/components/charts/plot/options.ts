import type uPlot from 'uplot';
import type { StyledSeries } from '../style';
import type { TimeSeriesChartProps, TimeSpan, ValueAxis } from '../types';
import { timeAxis, valueAxis } from './axes';
import { drawMarkers } from './drawMarkers';
import { drawSpan } from './drawSpan';
import { drawThresholds } from './drawThresholds';
import { plotSeries } from './plotSeries';
import { timeScale, valueScale } from './scales';
import { sharedCursor } from './sharedCursor';

/** Where the pointer is: an instant by its position in `x`, and CSS pixels from the chart's corner. */
export interface Hover {
  index: number;
  left: number;
  top: number;
  /** Whether there is more room to the left of it than to the right. */
  late: boolean;
  /** The pixels of each series at that instant, as the plot orders them; null where there is no value. */
  positions: (number | null)[];
}

/** What may change without another plot; asked for when it is needed. */
export interface PlotHooks {
  x: () => readonly number[];
  props: () => TimeSeriesChartProps;
  onHover: (hover: Hover | null) => void;
  onZoom: (span: TimeSpan) => void;
}

/** What is left of the other series while one is pointed at. */
const OTHERS_ALPHA = 0.15;
/** Dragging less than this is a shaky click. */
const MIN_DRAG_PX = 4;

export interface PlotShape {
  series: readonly StyledSeries[];
  order: readonly number[];
  bands: uPlot.Band[];
  stacked: boolean;
  left: ValueAxis;
  right: ValueAxis;
  syncKey: string | undefined;
}

export function plotOptions(element: HTMLElement, shape: PlotShape, hooks: PlotHooks): uPlot.Options {
  const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const colors = { text: color('--text-soft'), grid: color('--line-soft') };
  const ordered = shape.order.flatMap((index) => shape.series[index] ?? []);
  const { stacked } = shape;
  const hasRight = ordered.some(({ axis }) => axis === 'right');
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    ms: 1,
    padding: [8, hasRight ? 0 : 14, 0, 0],
    legend: { show: false },
    scales: {
      x: timeScale(hooks.x, () => hooks.props().span),
      left: valueScale(shape.left),
      ...(hasRight && { right: valueScale(shape.right) }),
    },
    axes: [
      timeAxis(colors),
      valueAxis(shape.left, 'left', colors),
      ...(hasRight ? [valueAxis(shape.right, 'right', colors)] : []),
    ],
    series: [{}, ...ordered.map((each) => plotSeries(each, stacked ? color('--surface') : null))],
    bands: shape.bands,
    focus: { alpha: OTHERS_ALPHA },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          hooks.props().onZoomOut?.();
          return null;
        },
      },
      ...sharedCursor(shape.syncKey),
    },
    hooks: {
      drawClear: [(plot) => drawBehind(plot, hooks.props(), color('--link'))],
      draw: [(plot) => drawMarkers(plot, hooks.props().markers ?? [])],
      setCursor: [(plot) => hooks.onHover(hoverOf(plot))],
      setSelect: [(plot) => select(plot, hooks)],
    },
  };
}

function drawBehind(plot: uPlot, props: TimeSeriesChartProps, mark: string) {
  const { thresholds = [], thresholdStyle = 'line', marked } = props;
  if (marked) drawSpan(plot, marked, mark);
  if (thresholds.length > 0) drawThresholds(plot, thresholds, thresholdStyle);
}

function hoverOf(plot: uPlot): Hover | null {
  const { left = -1, top = -1, idx } = plot.cursor;
  // Without an event the crosshair comes from another chart: the note stands where the pointer is.
  if (left < 0 || idx == null || !plot.cursor.event) return null;
  const offset = { left: plot.bbox.left / devicePixelRatio, top: plot.bbox.top / devicePixelRatio };
  const positions = plot.series.slice(1).map(({ scale = 'left' }, index) => {
    const value = plot.data[index + 1]?.[idx];
    return value == null ? null : plot.valToPos(value, scale) + offset.top;
  });
  const late = left > plot.over.clientWidth / 2;
  return { index: idx, left: left + offset.left, top: top + offset.top, late, positions };
}

function select(plot: uPlot, hooks: PlotHooks): void {
  const { left, width } = plot.select;
  if (width < MIN_DRAG_PX) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  hooks.onZoom({
    from: Math.round(plot.posToVal(left, 'x')),
    to: Math.round(plot.posToVal(left + width, 'x')),
  });
}
