import type { PlotHover } from './plot/Plot';
import type { StyledSeries } from './style';

/** More lines than this hide the chart. */
const MAX_ROWS = 12;

export interface TooltipRow {
  index: number;
  nearest: boolean;
}

/**
 * The series with a value at the pointer, the largest first. Of too many those around the pointer are kept,
 * because that is what the reader points at.
 */
export function tooltipRows(
  series: readonly Pick<StyledSeries, 'values'>[],
  hover: Pick<PlotHover, 'index' | 'top' | 'positions'>,
  most = MAX_ROWS,
): { rows: TooltipRow[]; more: number } {
  const near = series
    .map((each, index) => ({
      index,
      value: each.values[hover.index] ?? null,
      away: Math.abs((hover.positions[index] ?? Infinity) - hover.top),
    }))
    .filter(({ value }) => value !== null)
    .sort((a, b) => a.away - b.away);
  const nearest = near[0]?.index;
  const kept = near.slice(0, most).sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  return {
    rows: kept.map(({ index }) => ({ index, nearest: index === nearest })),
    more: most === 1 ? 0 : near.length - kept.length,
  };
}
