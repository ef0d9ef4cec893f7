import { useState } from 'react';
import { Button } from '@mantine/core';
import { formatInstant } from '../../../lib/time/format';
import { formatValue } from '../../../lib/units/units';
import page from '../../../components/Page.module.css';
import type { Graph } from './graphSeries';
import classes from '../Metrics.module.css';

const COLUMNS = 12;
const ROWS = 60;

/** What the graph shows, for those who read rather than see; the newest first. */
export function PointsTable({ graph }: { graph: Graph }) {
  const [rows, setRows] = useState(ROWS);
  const series = graph.series.slice(0, COLUMNS);
  const order = graph.x.map((_, at) => at).filter((at) => series.some(({ values }) => values[at] != null));
  const shown = order.reverse().slice(0, rows);
  return (
    <section className={classes.points} aria-label="Points as a table">
      <div className={classes.pointsScroll} tabIndex={0} role="group" aria-label="Points">
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {series.map(({ name }, at) => (
                <th key={at} scope="col" className={page.number} title={name}>
                  <span className={classes.column}>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((at) => (
              <tr key={at}>
                <td className={page.nowrap}>{formatInstant(graph.x[at] ?? 0)}</td>
                {series.map(({ values }, column) => (
                  <td key={column} className={page.number}>
                    {formatValue(values[at] ?? null, graph.unit)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes.pointsFoot}>
        {shown.length} of {order.length} instants
        {graph.series.length > COLUMNS && `, ${COLUMNS} of ${graph.series.length} series`}
        {shown.length < order.length && (
          <Button size="compact-xs" variant="default" onClick={() => setRows(order.length)}>
            Show all instants
          </Button>
        )}
      </div>
    </section>
  );
}
