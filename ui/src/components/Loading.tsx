import { Loader } from '@mantine/core';
import classes from './States.module.css';

export function Loading({ label }: { label: string }) {
  return (
    <div className={classes.loading} role="status" aria-label={label}>
      <Loader size="sm" type="dots" />
    </div>
  );
}
