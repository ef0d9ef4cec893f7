import { CALCULATION_LABELS, type Calculation, type Statistics } from '../../lib/chart/statistics';
import { formatCount } from '../../lib/number';
import { formatValue } from '../../lib/units/units';
import type { ChartLegendProps } from './ChartLegend';
import { LegendName } from './LegendName';
import type { LegendSort } from './legendSort';
import type { StyledSeries } from './style';
import classes from './Charts.module.css';

interface LegendTableProps extends ChartLegendProps {
  rows: readonly number[];
  figures: readonly Statistics[];
  sort: LegendSort | null;
  onSort: (by: Calculation) => void;
}

export function LegendTable(props: LegendTableProps) {
  const { options, series, rows, figures, sort, onSort, hidden, onToggle, onPoint } = props;
  return (
    <table className={classes.legendTable} aria-label="Series">
      <thead>
        <tr>
          <th scope="col">Series</th>
          {options.calculations.map((name) => (
            <th key={name} scope="col" aria-sort={sortState(sort, name)}>
              <button type="button" className={classes.legendSort} onClick={() => onSort(name)}>
                {CALCULATION_LABELS[name]}
                <span aria-hidden>{sort?.by === name ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((index) => (
          <tr key={index} data-hidden={hidden.has(index)}>
            <th scope="row">
              <LegendName
                index={index}
                series={series[index]}
                hidden={hidden}
                onToggle={onToggle}
                onPoint={onPoint}
              />
            </th>
            {options.calculations.map((name) => (
              <td key={name}>{figureText(name, figures[index], series[index], props)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function figureText(
  name: Calculation,
  figures: Statistics | undefined,
  series: StyledSeries | undefined,
  { left, right }: LegendTableProps,
): string {
  const figure = figures?.[name] ?? null;
  if (name === 'count') return formatCount(figure ?? 0);
  const axis = series?.axis === 'right' ? right : left;
  return formatValue(figure, series?.unit ?? axis?.unit, axis?.decimals);
}

function sortState(sort: LegendSort | null, name: Calculation): 'ascending' | 'descending' | 'none' {
  if (sort?.by !== name) return 'none';
  return sort.down ? 'descending' : 'ascending';
}
