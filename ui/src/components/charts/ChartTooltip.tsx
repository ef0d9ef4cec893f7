import { formatInstant } from '../../lib/time/format';
import { formatValue } from '../../lib/units/units';
import { useStore, type Store } from '../../state/store';
import type { PlotHover } from './plot/Plot';
import type { StyledSeries } from './style';
import { tooltipRows } from './tooltipRows';
import type { TimeSeriesChartProps } from './types';
import classes from './Charts.module.css';

interface ChartTooltipProps {
  chart: TimeSeriesChartProps;
  series: readonly StyledSeries[];
  hover: Store<PlotHover | null>;
}

/** For the pointer alone: the same figures stand in the legend and in the table. */
export function ChartTooltip({ chart, series, hover }: ChartTooltipProps) {
  const at = useStore(hover);
  const instant = at ? chart.x[at.index] : undefined;
  if (!at || instant === undefined || chart.tooltip === 'none') return null;
  const { rows, more } = tooltipRows(series, at, chart.tooltip === 'single' ? 1 : undefined);
  if (rows.length === 0) return null;
  return (
    <div
      className={classes.tooltip}
      style={{ left: at.left }}
      data-late={at.late}
      aria-hidden
      data-testid="chart-tooltip"
    >
      <div className={classes.tooltipTime}>{formatInstant(instant)}</div>
      {rows.map(({ index, nearest }) => {
        const each = series[index];
        return (
          each && (
            <div key={index} className={classes.tooltipRow} data-nearest={nearest}>
              <span className={classes.swatch} style={{ background: each.color }} />
              <span className={classes.tooltipName}>{each.name}</span>
              <b>{valueText(each, chart, at.index)}</b>
            </div>
          )
        );
      })}
      {more > 0 && <div className={classes.tooltipMore}>and {more} more</div>}
    </div>
  );
}

function valueText(series: StyledSeries, chart: TimeSeriesChartProps, index: number): string {
  const axis = series.axis === 'right' ? chart.right : chart.left;
  return formatValue(series.values[index] ?? null, series.unit ?? axis?.unit, axis?.decimals);
}
