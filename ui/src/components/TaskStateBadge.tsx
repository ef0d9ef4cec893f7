import type { TaskState } from '../api/types';
import { STATE_LABELS } from '../lib/taskState';
import classes from './TaskStateBadge.module.css';

export function TaskStateBadge({ state }: { state: TaskState }) {
  return (
    <span className={classes.badge}>
      <TaskStateDot state={state} />
      {STATE_LABELS[state]}
    </span>
  );
}

/** Shapes differ as well as colours. */
export function TaskStateDot({ state }: { state: TaskState }) {
  return <span className={classes.dot} data-state={state} aria-hidden />;
}
