import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import page from '../../../components/Page.module.css';
import { formatInstant } from '../../../lib/time/format';
import { HistogramView } from './HistogramView';
import { sortInstants, type InstantRow, type InstantSort } from './instantRows';
import { SeriesLabels } from '../../../components/SeriesLabels';
import classes from '../Metrics.module.css';

const ROWS = 500;
const NEXT: Record<InstantSort, InstantSort> = { none: 'down', down: 'up', up: 'none' };
const ARIA = { none: 'none', down: 'descending', up: 'ascending' } as const;

export function InstantTable({ rows }: { rows: readonly InstantRow[] }) {
  const [sort, setSort] = useState<InstantSort>('none');
  const [most, setMost] = useState(ROWS);
  const sorted = useMemo(() => sortInstants(rows, sort), [rows, sort]);
  return (
    <>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col" className={page.number} aria-sort={ARIA[sort]}>
              <button type="button" className={classes.sort} onClick={() => setSort(NEXT[sort])}>
                Value{sort === 'none' ? '' : sort === 'down' ? ' ↓' : ' ↑'}
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map((row, at) => (
            <tr key={at}>
              <td className={page.mono}>
                <SeriesLabels labels={row.labels} />
              </td>
              <td className={`${page.number} ${classes.value}`}>
                <RowValue row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > most && (
        <div className={classes.pointsFoot}>
          {most} of {sorted.length} values
          <Button size="compact-xs" variant="default" onClick={() => setMost(sorted.length)}>
            Show all
          </Button>
        </div>
      )}
    </>
  );
}

function RowValue({ row }: { row: InstantRow }) {
  if (row.histogram) return <HistogramView value={row.histogram} />;
  return row.values.map(({ text, at }, index) => (
    <div key={index}>
      {text}
      {at !== undefined && <span className={classes.stamp}> @ {formatInstant(at)}</span>}
    </div>
  ));
}
