import type { ReactNode } from 'react';
import { IconZoomExclamation } from '@tabler/icons-react';
import classes from './States.module.css';

interface EmptyStateProps {
  title: string;
  detail?: ReactNode;
  children?: ReactNode;
}

export function EmptyState({ title, detail, children }: EmptyStateProps) {
  return (
    <div className={classes.state} role="status">
      <IconZoomExclamation className={classes.icon} size={30} stroke={1.5} aria-hidden />
      <div className={classes.title}>{title}</div>
      {detail !== undefined && <div className={classes.detail}>{detail}</div>}
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
