import type uPlot from 'uplot';
import { timeLabels } from '../../../lib/time/axis';
import { isBinaryUnit, unitFormat } from '../../../lib/units/units';
import type { ValueAxis } from '../types';
import { isLog } from './plotData';

export interface AxisColors {
  text: string;
  grid: string;
}

const FONT = '11px system-ui, sans-serif';
const LABEL_GAP = 6;
const MIN_SIZE = 34;

export function timeAxis(colors: AxisColors): uPlot.Axis {
  return {
    stroke: colors.text,
    font: FONT,
    ticks: { show: false },
    grid: { stroke: colors.grid, width: 1 },
    size: 24,
    gap: 4,
    space: 76,
    values: (_plot, ticks) => timeLabels(ticks),
  };
}

export function valueAxis(axis: ValueAxis, side: 'left' | 'right', colors: AxisColors): uPlot.Axis {
  const format = unitFormat(axis.unit);
  return {
    scale: side,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enums exist as types alone
    side: side === 'left' ? 3 : 1,
    stroke: colors.text,
    font: FONT,
    ticks: { show: false },
    grid: { show: side === 'left', stroke: colors.grid, width: 1 },
    gap: LABEL_GAP,
    space: 30,
    size: (plot, labels) => widestLabel(plot, labels) + 2 * LABEL_GAP,
    values: (_plot, ticks, _axis, _space, increment) => ticks.map((tick) => tickLabel(tick, increment)),
    ...(axis.label !== undefined &&
      axis.label !== '' && { label: axis.label, labelFont: FONT, labelSize: 18 }),
    ...(isBinaryUnit(axis.unit) && !isLog(axis) && { incrs: BINARY_STEPS }),
  };

  function tickLabel(tick: number | null, increment: number): string {
    // On a logarithmic axis uPlot leaves out ticks by null.
    if (tick === null) return '';
    if (axis.decimals !== undefined) return format(tick, axis.decimals);
    // 0.30000000000000004 is the tick 0.3.
    const digits = Math.max(0, Math.ceil(-Math.log10(increment || 1)) + 1);
    return trimZeros(format(Number(tick.toFixed(Math.min(digits, 20)))));
  }
}

/** Ticks are round by nature: `1.50 K` is written `1.5 K`. */
function trimZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

function widestLabel(plot: uPlot, labels: string[] | null): number {
  if (!labels) return MIN_SIZE;
  const { ctx } = plot;
  ctx.save();
  ctx.font = FONT;
  const widest = Math.max(...labels.map((label) => ctx.measureText(label).width), 0);
  ctx.restore();
  return Math.max(MIN_SIZE, Math.ceil(widest));
}

const BINARY_STEPS = [
  ...[0.1, 0.2, 0.25, 0.5],
  ...Array.from({ length: 6 }, (_, power) =>
    [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512].map((step) => step * 1024 ** power),
  ).flat(),
];
