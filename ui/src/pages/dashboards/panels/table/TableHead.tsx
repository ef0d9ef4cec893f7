import type { TableColumn, TableSort } from '../../../../lib/dashboard/panels/table';
import classes from './Table.module.css';

interface TableHeadProps {
  columns: readonly TableColumn[];
  sort: TableSort | null;
  onSort: (sort: TableSort | null) => void;
}

export function TableHead({ columns, sort, onSort }: TableHeadProps) {
  return (
    <thead>
      <tr>
        {columns.map(({ name, align, width }) => {
          const active = sort?.column === name ? sort : null;
          return (
            <th
              key={name}
              scope="col"
              style={{ textAlign: align, width, minWidth: width }}
              aria-sort={active ? (active.down ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" className={classes.sort} onClick={() => onSort(next(name, active))}>
                {name}
                <span aria-hidden>{active ? (active.down ? ' ↓' : ' ↑') : ''}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** Up, down, and as it came. */
function next(column: string, active: TableSort | null): TableSort | null {
  if (!active) return { column, down: false };
  return active.down ? null : { column, down: true };
}
