import { UnstyledButton } from '@mantine/core';
import { TASK_STATES, type TaskList, type TaskState } from '../../api/types';
import { TaskStateDot } from '../../components/TaskStateBadge';
import { formatCount } from '../../lib/number';
import { STATE_LABELS } from '../../lib/taskState';
import classes from './Tasks.module.css';

interface StateChipsProps {
  counts: TaskList['counts'] | undefined;
  value: TaskState | '';
  onChange: (state: TaskState | '') => void;
}

/** The counts are the filter; all states are always there, so that the row does not jump while they change. */
export function StateChips({ counts, value, onChange }: StateChipsProps) {
  const total = TASK_STATES.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0);
  const chip = (state: TaskState | '', label: string, count: number) => (
    <UnstyledButton
      key={state}
      className={classes.chip}
      data-state={state}
      aria-pressed={value === state}
      onClick={() => onChange(value === state ? '' : state)}
    >
      {state !== '' && <TaskStateDot state={state} />}
      {label} <b>{counts ? formatCount(count) : '–'}</b>
    </UnstyledButton>
  );
  return (
    <div className={classes.chips} role="group" aria-label="Task state">
      {chip('', 'all', total)}
      {TASK_STATES.map((state) => chip(state, STATE_LABELS[state], counts?.[state] ?? 0))}
    </div>
  );
}
