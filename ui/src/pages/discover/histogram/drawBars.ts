import type uPlot from 'uplot';
import type { HistogramReply } from '../../../api/types';
import type { SeverityGroup } from '../../../lib/severity';
import { stackBar } from '../../../lib/stack';

const GAP_PX = 1;

/**
 * Draws the bars itself, on whole pixels: uPlot's own bars overlap when stacked, and the edges of one colour
 * shine through those of the next.
 */
export function drawBars(plot: uPlot, reply: HistogramReply, colors: Record<SeverityGroup, string>): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const zero = Math.round(plot.valToPos(0, 'y', true));
  const pixelsPerDocument = zero - plot.valToPos(1, 'y', true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const bucket of reply.buckets) {
    if (bucket.total === 0) continue;
    const start = Date.parse(bucket.start);
    const left = Math.round(plot.valToPos(start, 'x', true));
    const right = Math.round(plot.valToPos(start + reply.interval_ms, 'x', true));
    const width = Math.max(1, right - left - Math.round(GAP_PX * ratio));
    for (const { group, base, height } of stackBar(
      bucket,
      pixelsPerDocument,
      Math.max(1, Math.round(ratio)),
    )) {
      ctx.fillStyle = colors[group];
      ctx.fillRect(left, zero - base - height, width, height);
    }
  }
  ctx.restore();
}
