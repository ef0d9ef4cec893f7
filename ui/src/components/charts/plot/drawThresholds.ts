import type uPlot from 'uplot';
import type { Threshold, TimeSeriesChartProps } from '../types';
import { mixed } from './plotSeries';

const AREA_OPACITY = 0.12;

/** Lines at the thresholds, or the areas from each to the next, or both. */
export function drawThresholds(
  plot: uPlot,
  thresholds: readonly Threshold[],
  style: NonNullable<TimeSeriesChartProps['thresholdStyle']>,
): void {
  const { ctx, bbox } = plot;
  const sorted = [...thresholds].sort((a, b) => a.value - b.value);
  const bottom = bbox.top + bbox.height;
  const position = (value: number) =>
    Math.min(bottom, Math.max(bbox.top, Math.round(plot.valToPos(value, 'left', true))));
  ctx.save();
  sorted.forEach(({ value, color }, index) => {
    const y = position(value);
    if (style !== 'line') {
      const next = sorted[index + 1];
      const top = next ? position(next.value) : bbox.top;
      ctx.fillStyle = mixed(color, AREA_OPACITY);
      ctx.fillRect(bbox.left, top, bbox.width, y - top);
    }
    const { min = -Infinity, max = Infinity } = plot.scales.left ?? {};
    if (style !== 'area' && value >= min && value <= max) {
      ctx.strokeStyle = color;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
  });
  ctx.restore();
}
