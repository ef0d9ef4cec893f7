import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { flag, number, text } from '../../../../lib/dashboard/model/read';
import { displayName } from '../../../../lib/dashboard/frames/names';
import type { Frame } from '../../../../lib/dashboard/frames/frame';
import {
  fileSort,
  footerOf,
  rowOrder,
  tableColumns,
  type TableSort,
} from '../../../../lib/dashboard/panels/table';
import { formatCount } from '../../../../lib/number';
import type { PanelProps } from '../../grid/PanelBody';
import { TableHead } from './TableHead';
import { TableRow } from './TableRow';
import classes from './Table.module.css';

/** More rows than anybody reads, and as many as a browser lays out without a pause. */
const MAX_ROWS = 1_000;

export default function TablePanel({ panel, data, title }: PanelProps) {
  const { frames, scheme, scope } = data;
  const [picked, setPicked] = useState(() => number(panel.options.frameIndex) ?? 0);
  const [sort, setSort] = useState<TableSort | null>(() => fileSort(panel));
  const frame = frames[picked] ?? frames[0];
  const columns = useMemo(() => (frame ? tableColumns(frame, frames, scheme) : []), [frame, frames, scheme]);
  const order = useMemo(() => (frame ? rowOrder(frame, columns, sort) : []), [frame, columns, sort]);
  const footer = useMemo(() => footerOf(panel, columns), [panel, columns]);
  if (!frame) return null;
  return (
    <div className={classes.frame}>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={title || 'Table'}>
        <table className={classes.table} data-height={text(panel.options.cellHeight, 'sm')}>
          {flag(panel.options.showHeader, true) && (
            <TableHead columns={columns} sort={sort} onSort={setSort} />
          )}
          <tbody>
            {order.slice(0, MAX_ROWS).map((place) => (
              <TableRow key={place} place={place} columns={columns} scope={scope} />
            ))}
          </tbody>
          {footer && (
            <tfoot>
              <tr>
                {columns.map(({ name, align }, index) => (
                  <td key={name} style={{ textAlign: align }}>
                    {footer[index]}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
        {order.length > MAX_ROWS && (
          <p className={classes.more}>and {formatCount(order.length - MAX_ROWS)} more rows</p>
        )}
      </div>
      {frames.length > 1 && (
        <Select
          className={classes.picker}
          aria-label="Series"
          data={frames.map((each, index) => ({ value: String(index), label: frameName(each, frames) }))}
          value={String(frames.indexOf(frame))}
          onChange={(value) => setPicked(Number(value))}
          allowDeselect={false}
          searchable
        />
      )}
    </div>
  );
}

function frameName(frame: Frame, frames: readonly Frame[]): string {
  const field = frame.fields.find(({ type }) => type === 'number');
  return field ? displayName(field, frame, frames) : (frame.name ?? frame.refId);
}
