import { Button } from '@mantine/core';
import { formatCount } from '../../lib/number';
import classes from './Errors.module.css';

interface ErrorsPagerProps {
  page: number;
  pageSize: number;
  total: number;
  onChange: (page: number) => void;
}

export function ErrorsPager({ page, pageSize, total, onChange }: ErrorsPagerProps) {
  const first = page * pageSize + 1;
  const last = Math.min(total, first + pageSize - 1);
  const button = (label: string, to: number, disabled: boolean) => (
    <Button variant="default" size="compact-xs" disabled={disabled} onClick={() => onChange(to)}>
      {label}
    </Button>
  );
  return (
    <nav className={classes.pager} aria-label="Pages of errors">
      {total > pageSize && button('Before', page - 1, page === 0)}
      <span>
        {formatCount(first)}–{formatCount(last)} of {formatCount(total)}
      </span>
      {total > pageSize && button('After', page + 1, last >= total)}
    </nav>
  );
}
