import { Button } from '@mantine/core';
import { formatCount } from '../../lib/number';
import classes from './Tasks.module.css';

interface TaskPagerProps {
  page: number;
  pageSize: number;
  total: number;
  onChange: (page: number) => void;
}

export function TaskPager({ page, pageSize, total, onChange }: TaskPagerProps) {
  const first = page * pageSize + 1;
  const last = Math.min(total, first + pageSize - 1);
  return (
    <nav className={classes.pager} aria-label="Pages of tasks">
      {total > pageSize && (
        <Button variant="default" size="compact-xs" disabled={page === 0} onClick={() => onChange(page - 1)}>
          Newer
        </Button>
      )}
      <span>
        {formatCount(first)}–{formatCount(last)} of {formatCount(total)}
      </span>
      {total > pageSize && (
        <Button
          variant="default"
          size="compact-xs"
          disabled={last >= total}
          onClick={() => onChange(page + 1)}
        >
          Older
        </Button>
      )}
    </nav>
  );
}
