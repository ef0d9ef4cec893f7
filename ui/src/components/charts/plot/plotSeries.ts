import uPlot from 'uplot';
import type { StyledSeries } from '../style';

const BAR_WIDTH: [part: number, maxPx: number] = [0.75, 80];

/** `backdrop` is mixed into the fill of bars that are drawn over each other, which may not shine through. */
export function plotSeries({ color, axis, style }: StyledSeries, backdrop: string | null): uPlot.Series {
  const points = style.draw === 'points' || style.points === 'always';
  return {
    scale: axis,
    stroke: color,
    width: style.draw === 'points' ? 0 : style.lineWidth,
    spanGaps: style.spanGaps,
    ...(style.dash && { dash: style.dash }),
    ...(style.fillOpacity > 0 &&
      style.draw !== 'points' && {
        fill: mixed(color, style.fillOpacity, style.draw === 'bars' ? backdrop : null),
      }),
    paths: pathsOf(style),
    points: {
      show: points,
      size: style.pointSize,
      width: 0,
      fill: color,
      filter: (plot, index) =>
        points || style.points === 'never' || style.draw === 'bars' ? null : loneSamples(plot, index),
    },
  };
}

/** A colour with less of it, whatever way it is written. */
export function mixed(color: string, opacity: number, backdrop: string | null = null): string {
  return `color-mix(in srgb, ${color} ${Math.round(opacity * 100)}%, ${backdrop ?? 'transparent'})`;
}

function pathsOf({ draw, interpolation }: StyledSeries['style']): uPlot.Series.PathBuilder {
  const { linear, spline, stepped, bars } = uPlot.paths;
  if (draw === 'points') return () => null;
  const builder =
    draw === 'bars'
      ? bars?.({ size: [...BAR_WIDTH], align: 0 })
      : interpolation === 'smooth'
        ? spline?.()
        : interpolation === 'linear'
          ? linear?.()
          : stepped?.({ align: interpolation === 'step-after' ? 1 : -1 });
  if (!builder) throw new Error('uPlot was built without its paths');
  return builder;
}

/** Samples between two gaps: a line has no length there. */
function loneSamples(plot: uPlot, index: number): number[] | null {
  const values = plot.data[index];
  if (!values) return null;
  const found: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) found.push(at);
  }
  return found.length > 0 ? found : null;
}
