import { memo, useMemo, useState } from 'react';
import { statistics, type Calculation } from '../../lib/chart/statistics';
import { CalculationMenu } from './CalculationMenu';
import { LegendName } from './LegendName';
import { LegendTable } from './LegendTable';
import { sortRows, type LegendSort } from './legendSort';
import type { StyledSeries } from './style';
import type { LegendOptions, ValueAxis } from './types';
import classes from './Charts.module.css';

export interface ChartLegendProps {
  options: LegendOptions;
  series: readonly StyledSeries[];
  left: ValueAxis | undefined;
  right: ValueAxis | undefined;
  hidden: ReadonlySet<number>;
  /** `only` shows the series alone, or all again when it is alone already. */
  onToggle: (index: number, only: boolean) => void;
  onPoint: (name: string | null) => void;
}

/** More rows than anybody reads, and as many as a browser lays out without a pause. */
const MAX_ROWS = 300;

/** Which line is which, with figures on request; a click shows one series alone. */
export const ChartLegend = memo(function ChartLegend(props: ChartLegendProps) {
  const { options, series, hidden, onToggle, onPoint } = props;
  const { calculations, onCalculations } = options;
  const [sort, setSort] = useState<LegendSort | null>(null);
  const figures = useMemo(() => series.map(({ values }) => statistics(values)), [series]);
  const rows = useMemo(() => sortRows(figures, sort).slice(0, MAX_ROWS), [figures, sort]);
  const sortBy = (by: Calculation) =>
    setSort((now) => (now?.by !== by ? { by, down: true } : now.down ? { by, down: false } : null));
  return (
    <div className={classes.legend} data-testid="chart-legend" data-placement={options.placement}>
      {onCalculations && <CalculationMenu value={calculations} onChange={onCalculations} />}
      <div className={classes.legendScroll}>
        {calculations.length > 0 ? (
          <LegendTable {...props} rows={rows} figures={figures} sort={sort} onSort={sortBy} />
        ) : (
          <ul className={classes.legendList} aria-label="Series">
            {rows.map((index) => (
              <li key={index}>
                <LegendName
                  index={index}
                  series={series[index]}
                  hidden={hidden}
                  onToggle={onToggle}
                  onPoint={onPoint}
                />
              </li>
            ))}
          </ul>
        )}
        {series.length > rows.length && (
          <div className={classes.legendMore}>and {series.length - rows.length} more series</div>
        )}
      </div>
    </div>
  );
});
