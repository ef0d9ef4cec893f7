import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  /** Beside the title, in one line with it. */
  head?: ReactNode;
  right?: ReactNode;
  children: ReactNode;
}

export function Page({ title, head, right, children }: PageProps) {
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {head}
        {right !== undefined && <div className={classes.right}>{right}</div>}
      </div>
      <div className={classes.scroll}>{children}</div>
    </div>
  );
}
