import { formatValue } from '../../units/units';
import type { Scheme } from '../../chart/palette';
import { scaleColor } from '../field/gradient';
import { namedColor } from '../field/palette';
import { flag, number, record, text } from '../model/read';
import type { Panel } from '../model/types';
import type { HeatmapCells } from './heatmapCells';

export interface HeatmapStyle {
  /** The colour of a count; null for cells that are left empty. */
  color: (count: number | null) => string | null;
  /** Where each row begins, and where the last one ends: one more than there are rows. */
  edges: string[];
  unit: string | undefined;
  decimals: number | undefined;
  legend: boolean;
  min: number;
  max: number;
}

/** Counts that are zero but for rounding. */
const NOTHING = 1e-9;

export function heatmapStyle(
  { options, defaults }: Panel,
  cells: HeatmapCells,
  scheme: Scheme,
): HeatmapStyle {
  const color = record(options.color);
  const axis = record(options.yAxis);
  const unit = text(axis.unit) || defaults.unit;
  const decimals = number(axis.decimals) ?? defaults.decimals;
  const min = number(color.min) ?? 0;
  const max = number(color.max) ?? cells.max;
  const hidden = number(record(options.filterValues).le) ?? NOTHING;
  const paint = painter(options, scheme);
  return {
    color: (count) => (count === null || count <= hidden ? null : paint(shareOf(count, min, max))),
    edges: edgesOf(cells, unit, decimals),
    unit: text(record(options.cellValues).unit) || undefined,
    decimals: number(record(options.cellValues).decimals),
    legend: flag(record(options.legend).show, true),
    min,
    max,
  };
}

function shareOf(count: number, min: number, max: number): number {
  return max > min ? Math.min(1, Math.max(0, (count - min) / (max - min))) : 1;
}

/** Shares to colours: along a scale, or one colour that grows denser. */
function painter(options: Panel['options'], scheme: Scheme): (share: number) => string {
  const { mode, scheme: name, fill, exponent, scale, reverse, steps } = record(options.color);
  const power = mode === 'opacity' && scale === 'linear' ? 1 : (number(exponent) ?? 0.5);
  const bend = (share: number) => share ** power;
  if (mode === 'opacity') {
    const color = namedColor(text(fill, 'dark-orange'), scheme);
    return (share) => `color-mix(in srgb, ${color} ${Math.round(8 + 92 * bend(share))}%, transparent)`;
  }
  const count = Math.max(2, number(steps) ?? 64);
  const stepped = (share: number) => Math.round(bend(share) * (count - 1)) / (count - 1);
  return (share) => scaleColor(text(name, 'Oranges'), stepped(share), scheme, flag(reverse));
}

function edgesOf({ rows, bounds }: HeatmapCells, unit: string | undefined, decimals: number | undefined) {
  if (!bounds) return [...rows, ''];
  // The lowest bucket reaches down to wherever; its lower edge has no number.
  return ['', ...bounds.map((bound) => (Number.isFinite(bound) ? formatValue(bound, unit, decimals) : '∞'))];
}

/** The bucket of a row in words: `0.1 s – 0.2 s`. */
export function bucketText({ rows, bounds }: HeatmapCells, { edges }: HeatmapStyle, row: number): string {
  if (!bounds) return rows[row] ?? '';
  const [low = '', high = ''] = [edges[row], edges[row + 1]];
  if (low === '') return `up to ${high}`;
  return high === '∞' ? `above ${low}` : `${low} – ${high}`;
}
