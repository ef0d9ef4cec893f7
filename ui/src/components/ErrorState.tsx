import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { ApiError, ConnectionError } from '../api/http';
import classes from './States.module.css';

interface ErrorStateProps {
  title: string;
  error: Error;
  /** Between the title and the message. */
  children?: ReactNode;
  action?: { label: string; run: () => void };
}

/** What failed, in the server's words, and what can be done now. */
export function ErrorState({ title, error, children, action }: ErrorStateProps) {
  const lost = error instanceof ConnectionError;
  const Icon = lost ? IconPlugConnectedX : IconAlertTriangle;
  const hint = error instanceof ApiError ? error.body.hint : undefined;
  return (
    <div className={classes.state} role="alert">
      <Icon className={classes.iconError} size={30} stroke={1.5} aria-hidden />
      <div className={classes.title}>{title}</div>
      {children}
      <div className={classes.detail}>{error.message}</div>
      {hint && <div className={classes.detail}>{hint}</div>}
      {lost && <div className={classes.detail}>It is tried again by itself.</div>}
      {action && (
        <div className={classes.actions}>
          <Button variant="default" onClick={action.run}>
            {action.label}
          </Button>
        </div>
      )}
    </div>
  );
}
