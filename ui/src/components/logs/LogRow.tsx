import { IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import type { Hit } from '../../api/types';
import { stringField } from '../../lib/flatten';
import { severityColor, severityGroup } from '../../lib/severity';
import { formatTimestamp } from '../../lib/time/format';
import { DocumentView } from '../document/DocumentView';
import type { LogActions } from './actions';
import { hitKey } from './hitKey';
import { LogCell } from './LogCell';
import classes from './LogTable.module.css';

interface LogRowProps {
  hit: Hit;
  rowId: string;
  rowIndex: number;
  columns: readonly string[];
  template: string;
  matchers: readonly (RegExp | null)[];
  open: boolean;
  active: boolean;
  actions: LogActions;
  onActivate: (key: string) => void;
}

export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { hit, rowId, rowIndex, columns, template, matchers, open, active, actions, onActivate } = props;
  const key = hitKey(hit);
  const group = severityGroup(stringField(hit.source, 'severity'));
  return (
    <>
      <div
        id={rowId}
        role="row"
        aria-rowindex={rowIndex + 2}
        aria-expanded={open}
        className={classes.row}
        data-active={active}
        data-open={open}
        data-severity={group}
        style={{ gridTemplateColumns: template, '--row-color': severityColor(group) }}
        onClick={(event) => {
          // Selecting text to copy it is not a wish to open the row.
          if (window.getSelection()?.type === 'Range' || isInteractive(event.target)) return;
          onActivate(key);
          actions.toggleExpanded(key);
        }}
      >
        <span role="gridcell" className={classes.chevron}>
          <button
            type="button"
            tabIndex={-1}
            className={classes.chevronButton}
            aria-label={open ? 'Close document' : 'Open document'}
            onClick={() => {
              onActivate(key);
              actions.toggleExpanded(key);
            }}
          >
            <IconChevronRight size={14} aria-hidden />
          </button>
        </span>
        <span role="gridcell" className={classes.time}>
          {hit.timestamp ? formatTimestamp(Date.parse(hit.timestamp)) : '–'}
        </span>
        {columns.map((name, index) => (
          <LogCell key={name} source={hit.source} name={name} matcher={matchers[index] ?? null} />
        ))}
      </div>
      {open && (
        <div role="row" className={classes.detail}>
          <div role="gridcell">
            <DocumentView hit={hit} columns={columns} actions={actions} />
          </div>
        </div>
      )}
    </>
  );
});

function isInteractive(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button') !== null;
}
