import type uPlot from 'uplot';
import type { TimeSpan } from '../types';
import { mixed } from './plotSeries';

const OPACITY = 0.18;
/** A span of a moment is a line that can still be seen. */
const LEAST_PX = 2;

/** A part of the time behind the series. */
export function drawSpan(plot: uPlot, { from, to }: TimeSpan, color: string): void {
  const { ctx, bbox } = plot;
  const position = (at: number) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, Math.round(plot.valToPos(at, 'x', true))));
  const left = position(from);
  ctx.save();
  ctx.fillStyle = mixed(color, OPACITY);
  ctx.fillRect(left, bbox.top, Math.max(position(to) - left, LEAST_PX * devicePixelRatio), bbox.height);
  ctx.restore();
}
