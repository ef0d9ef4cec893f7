import type uPlot from 'uplot';
import type { HistogramReply } from '../../../api/types';
import type { SeverityGroup } from '../../../lib/severity';
import { STACK_ORDER } from '../../../lib/stack';
import { timeLabels } from '../../../lib/time/axis';
import { drawBars } from './drawBars';
import type { TimeRange } from '../../../lib/time/range';

export interface Hover {
  index: number;
  left: number;
}

interface ChartHooks {
  element: HTMLElement;
  reply: () => HistogramReply;
  onHover: (hover: Hover | null) => void;
  onZoom: (range: TimeRange) => void;
}

/** Dragging less than this is a shaky click. */
const MIN_DRAG_PX = 4;

/** Only the axes come from the data: the bars are drawn from the reply. */
export function chartData({ buckets }: HistogramReply): uPlot.AlignedData {
  return [buckets.map((bucket) => Date.parse(bucket.start)), buckets.map((bucket) => bucket.total)];
}

/** From the first bar's left edge to the last one's right edge. */
export function xRange({ buckets, interval_ms }: HistogramReply): { min: number; max: number } {
  const first = Date.parse(buckets[0]?.start ?? '');
  const last = Date.parse(buckets.at(-1)?.start ?? '');
  return { min: first, max: last + interval_ms };
}

export function chartOptions(hooks: ChartHooks): uPlot.Options {
  const { element } = hooks;
  const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = {
    stroke: color('--text-soft'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
  };
  const colors = Object.fromEntries(
    STACK_ORDER.map((group) => [group, color(`--severity-${group.toLowerCase()}`)]),
  ) as Record<SeverityGroup, string>;
  const grid = { stroke: color('--line-soft'), width: 1 };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    ms: 1,
    padding: [6, 20, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => Object.values(xRange(hooks.reply())) as [number, number] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.05)] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 3,
        space: 70,
        grid: { show: false },
        values: (_plot, ticks) => timeLabels(ticks),
      },
      {
        ...axis,
        size: 52,
        gap: 4,
        space: 26,
        grid,
        incrs: WHOLE_STEPS,
        values: (_plot, ticks) => ticks.map(compact),
      },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    hooks: {
      draw: [(plot) => drawBars(plot, hooks.reply(), colors)],
      setCursor: [(plot) => hooks.onHover(hoverOf(plot, hooks.reply()))],
      setSelect: [(plot) => select(plot, hooks)],
    },
  };
}

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 12 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);

const compactNumbers = Intl.NumberFormat('en', { notation: 'compact' });

function compact(value: number): string {
  // The axis needs no zero, and the first time label stands beside it.
  return value === 0 ? '' : compactNumbers.format(value);
}

function hoverOf(plot: uPlot, reply: HistogramReply): Hover | null {
  const left = plot.cursor.left ?? -1;
  if (left < 0 || reply.buckets.length === 0) return null;
  // uPlot offers the nearest start; a bar reaches to the right of its start.
  const index = Math.floor((plot.posToVal(left, 'x') - xRange(reply).min) / reply.interval_ms);
  return { index, left: left + plot.bbox.left / devicePixelRatio };
}

/** Widened to whole bars, because a part of one cannot be told apart. */
function select(plot: uPlot, hooks: ChartHooks): void {
  const { left, width } = plot.select;
  if (width < MIN_DRAG_PX) return;
  const { interval_ms: interval } = hooks.reply();
  const { min, max } = xRange(hooks.reply());
  const edge = (px: number, round: (n: number) => number) =>
    min + round((plot.posToVal(px, 'x') - min) / interval) * interval;
  const from = Math.max(min, edge(left, Math.floor));
  const to = Math.min(max, edge(left + width, Math.ceil));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  hooks.onZoom({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
}
