import type uPlot from 'uplot';
import { timeAxis } from '../../../../components/charts/plot/axes';
import { timeScale } from '../../../../components/charts/plot/scales';
import { sharedCursor } from '../../../../components/charts/plot/sharedCursor';
import type { TimeSpan } from '../../../../components/charts/types';
import type { HeatmapCells } from '../../../../lib/dashboard/panels/heatmapCells';
import type { HeatmapStyle } from '../../../../lib/dashboard/panels/heatmap';

/** The cell under the pointer, and where the pointer is in CSS pixels. */
export interface HeatmapHover {
  row: number;
  column: number;
  left: number;
  late: boolean;
}

export interface HeatmapShape {
  cells: HeatmapCells;
  style: HeatmapStyle;
  span: TimeSpan;
  onHover: (hover: HeatmapHover | null) => void;
  onZoom: (span: TimeSpan) => void;
  onZoomOut: () => void;
}

const FONT = '11px system-ui, sans-serif';
/** Dragging less than this is a shaky click. */
const MIN_DRAG_PX = 4;
/** Labels closer than this run into each other. */
const LABEL_PX = 18;
const LEAST_LABEL_PX = 24;

/** Rows are as high as each other, whatever their bounds: buckets grow by factors. */
export function heatmapOptions(
  element: HTMLElement,
  shape: () => HeatmapShape,
  syncKey: string | undefined,
): uPlot.Options {
  const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const colors = { text: color('--text-soft'), grid: color('--line-soft') };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    ms: 1,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    scales: {
      x: timeScale(
        () => shape().cells.times,
        () => shape().span,
      ),
      y: { range: () => [0, shape().cells.rows.length] },
    },
    axes: [
      { ...timeAxis(colors), grid: { show: false } },
      {
        stroke: colors.text,
        font: FONT,
        gap: 6,
        ticks: { show: false },
        grid: { show: false },
        size: (plot, labels) => widest(plot, labels) + 12,
        splits: (plot) => edgePlaces(plot, shape().cells.rows.length),
        values: (_plot, ticks) => ticks.map((tick) => shape().style.edges[tick] ?? ''),
      },
    ],
    series: [{}, { scale: 'y', paths: () => null, points: { show: false } }],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          shape().onZoomOut();
          return null;
        },
      },
      ...sharedCursor(syncKey),
    },
    hooks: {
      draw: [(plot) => drawCells(plot, shape())],
      setCursor: [(plot) => shape().onHover(hoverOf(plot, shape().cells))],
      setSelect: [(plot) => select(plot, shape())],
    },
  };
}

function edgePlaces(plot: uPlot, rows: number): number[] {
  const height = plot.bbox.height / devicePixelRatio;
  const every = Math.max(1, Math.ceil((rows * LABEL_PX) / Math.max(LABEL_PX, height)));
  return Array.from({ length: Math.floor(rows / every) + 1 }, (_, index) => index * every);
}

/** uPlot asks without labels before there are any, whatever its types say. */
function widest(plot: uPlot, labels: readonly string[] | null): number {
  if (!labels) return LEAST_LABEL_PX;
  const { ctx } = plot;
  ctx.save();
  ctx.font = FONT;
  const found = Math.max(LEAST_LABEL_PX, ...labels.map((label) => ctx.measureText(label).width));
  ctx.restore();
  // The context measures in the pixels of the canvas.
  return Math.ceil(found);
}

function drawCells(plot: uPlot, { cells, style }: HeatmapShape): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const gap = devicePixelRatio;
  const edges = Array.from({ length: cells.rows.length + 1 }, (_, row) =>
    Math.round(plot.valToPos(row, 'y', true)),
  );
  cells.times.forEach((at, column) => {
    const right = Math.round(plot.valToPos(at, 'x', true));
    // A sample of a rate speaks of the time before it.
    const left = Math.round(plot.valToPos(at - cells.stepMs, 'x', true));
    if (right < bbox.left || left > bbox.left + bbox.width) return;
    const width = Math.max(1, right - left - (right - left > 4 * gap ? gap : 0));
    cells.counts.forEach((counts, row) => {
      const fill = style.color(counts[column] ?? null);
      if (fill === null) return;
      const bottom = edges[row] ?? 0;
      const top = edges[row + 1] ?? 0;
      ctx.fillStyle = fill;
      ctx.fillRect(left, top, width, Math.max(1, bottom - top - gap));
    });
  });
  ctx.restore();
}

function hoverOf(plot: uPlot, cells: HeatmapCells): HeatmapHover | null {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0 || !plot.cursor.event) return null;
  const at = plot.posToVal(left, 'x');
  const column = cells.times.findIndex((time) => at <= time && at > time - cells.stepMs);
  const row = Math.floor(plot.posToVal(top, 'y'));
  if (column === -1 || row < 0 || row >= cells.rows.length) return null;
  const offset = plot.bbox.left / devicePixelRatio;
  return { row, column, left: left + offset, late: left > plot.over.clientWidth / 2 };
}

function select(plot: uPlot, { onZoom }: HeatmapShape): void {
  const { left, width } = plot.select;
  if (width < MIN_DRAG_PX) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom({
    from: Math.round(plot.posToVal(left, 'x')),
    to: Math.round(plot.posToVal(left + width, 'x')),
  });
}
