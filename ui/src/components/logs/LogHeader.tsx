import { VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import type { SortOrder } from '../../api/types';
import type { LogActions } from './actions';
import classes from './LogTable.module.css';

interface LogHeaderProps {
  columns: readonly string[];
  template: string;
  actions: LogActions;
  sort: { order: SortOrder; onChange: (order: SortOrder) => void } | undefined;
}

export function LogHeader({ columns, template, actions, sort }: LogHeaderProps) {
  const Arrow = sort?.order === 'asc' ? IconArrowUp : IconArrowDown;
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" className={classes.headRow} style={{ gridTemplateColumns: template }}>
        <span role="columnheader">
          <VisuallyHidden>Open</VisuallyHidden>
        </span>
        <span role="columnheader" aria-sort={ariaSort(sort?.order)} className={classes.headCell}>
          {sort ? (
            <button
              type="button"
              className={classes.sort}
              title={sort.order === 'asc' ? 'Show the newest first' : 'Show the oldest first'}
              onClick={() => sort.onChange(sort.order === 'asc' ? 'desc' : 'asc')}
            >
              time <Arrow size={13} aria-hidden />
            </button>
          ) : (
            'time'
          )}
        </span>
        {columns.map((name) => (
          <span key={name} role="columnheader" className={classes.headCell}>
            <span className={classes.headName} title={name}>
              {name}
            </span>
            {actions.toggleColumn && (
              <button
                type="button"
                className={classes.remove}
                aria-label={`Remove column ${name}`}
                onClick={() => actions.toggleColumn?.(name)}
              >
                <IconX size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
      </div>
    </div>
  );
}

function ariaSort(order: SortOrder | undefined): 'ascending' | 'descending' | undefined {
  if (order === undefined) return undefined;
  return order === 'asc' ? 'ascending' : 'descending';
}
