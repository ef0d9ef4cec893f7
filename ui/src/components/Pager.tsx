import { Button } from '@mantine/core';
import { formatCount } from '../lib/number';
import classes from './Pager.module.css';

interface PagerProps {
  /** What the pages are of. */
  of: string;
  page: number;
  pageSize: number;
  total: number;
  onChange: (page: number) => void;
  before?: string;
  after?: string;
}

/** Where in a list one is, and the way to the pages around. A page behind the last says so. */
export function Pager({
  of,
  page,
  pageSize,
  total,
  onChange,
  before = 'Before',
  after = 'After',
}: PagerProps) {
  const first = page * pageSize + 1;
  const last = Math.min(total, first + pageSize - 1);
  const isBehind = first > total;
  const lastPage = Math.max(0, Math.ceil(total / pageSize) - 1);
  const button = (label: string, to: number, disabled: boolean) => (
    <Button variant="default" size="compact-xs" disabled={disabled} onClick={() => onChange(to)}>
      {label}
    </Button>
  );
  return (
    <nav className={classes.pager} aria-label={`Pages of ${of}`}>
      {(total > pageSize || page > 0) && button(before, isBehind ? lastPage : page - 1, page === 0)}
      <span>
        {isBehind
          ? `No more than ${formatCount(total)}`
          : `${formatCount(first)}–${formatCount(last)} of ${formatCount(total)}`}
      </span>
      {total > pageSize && button(after, page + 1, last >= total)}
    </nav>
  );
}
