import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { Panel } from '../../../lib/dashboard/model/types';
import { single } from '../../../lib/dashboard/variables/types';
import { extend } from '../../../lib/dashboard/variables/builtIn';
import { interpolate } from '../../../lib/dashboard/variables/interpolate';
import { useDashboard } from '../state/context';
import classes from './Grid.module.css';

interface RowHeaderProps {
  row: Panel;
  closed: boolean;
  count: number;
  onToggle: () => void;
}

export function RowHeader({ row, closed, count, onToggle }: RowHeaderProps) {
  const { scope } = useDashboard();
  const own = extend(
    scope,
    Object.entries(row.scoped).map(([name, { value, text }]) => [name, single(value, text)]),
  );
  const Icon = closed ? IconChevronRight : IconChevronDown;
  return (
    <h2 className={classes.row}>
      <button type="button" className={classes.rowButton} aria-expanded={!closed} onClick={onToggle}>
        <Icon size={16} aria-hidden />
        {interpolate(row.title, own, 'text') || 'Row'}
        {closed && <span className={classes.rowCount}>{count === 1 ? '1 panel' : `${count} panels`}</span>}
      </button>
    </h2>
  );
}
