import type uPlot from 'uplot';
import type { Marker } from '../types';

/** Half the diagonal, in CSS pixels. */
export const MARKER_RADIUS = 4.5;

/** Diamonds, so that they are not taken for the points of a series. */
export function drawMarkers(plot: uPlot, markers: readonly Marker[]): void {
  if (markers.length === 0) return;
  const { ctx, bbox } = plot;
  const radius = MARKER_RADIUS * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { at, value, color } of markers) {
    const x = plot.valToPos(at, 'x', true);
    const y = plot.valToPos(value, 'left', true);
    ctx.fillStyle = color;
    ctx.beginPath();
    ctx.moveTo(x, y - radius);
    ctx.lineTo(x + radius, y);
    ctx.lineTo(x, y + radius);
    ctx.lineTo(x - radius, y);
    ctx.closePath();
    ctx.fill();
  }
  ctx.restore();
}
