import type { LegendOptions } from '../../../components/charts/types';
import { CALCULATIONS, type Calculation } from '../../chart/statistics';
import { flag, record, text, texts } from '../model/read';

const CALCS: Partial<Record<string, Calculation>> = { lastNotNull: 'last' };

/** The legend of a chart: calculations that it cannot show are left out. */
export function legendOptions(raw: unknown): LegendOptions {
  const options = record(raw);
  const hidden = !flag(options.showLegend, true) || options.displayMode === 'hidden';
  const calculations = texts(options.calcs).flatMap((id) => {
    const known = CALCS[id] ?? CALCULATIONS.find((each) => each === id);
    return known === undefined ? [] : [known];
  });
  return {
    placement: hidden ? 'none' : text(options.placement) === 'right' ? 'right' : 'bottom',
    calculations: [...new Set(calculations)],
  };
}

export function tooltipMode(raw: unknown): 'all' | 'single' | 'none' {
  const { mode } = record(raw);
  if (mode === 'none') return 'none';
  return mode === 'single' ? 'single' : 'all';
}
