import { UnstyledButton } from '@mantine/core';
import { Link } from 'wouter';
import type { JourneyTask } from '../../api/journeys';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import { journeyLink } from '../../lib/journey/view';
import { tasksLink } from '../../lib/taskUrl';
import { formatDuration } from '../../lib/time/format';
import classes from './Journey.module.css';

interface TaskTreeProps {
  tasks: readonly JourneyTask[];
  /** The task that alone is shown below. */
  chosen: string;
  onChoose: (task: string) => void;
}

/** The tasks, parts below their wholes. */
export function TaskTree({ tasks, chosen, onChoose }: TaskTreeProps) {
  if (tasks.length === 0) return null;
  return (
    <section className={classes.tasks} aria-label="Tasks">
      {tasks.map((task) => (
        <div key={task.task_id} className={classes.task} style={{ '--depth': task.depth }}>
          {task.correlation_id === undefined ? (
            <UnstyledButton
              className={classes.taskName}
              aria-pressed={chosen === task.task_id}
              title={`${task.task_type}: show this task alone`}
              onClick={() => onChoose(chosen === task.task_id ? '' : task.task_id)}
            >
              {task.task_type}
            </UnstyledButton>
          ) : (
            <Link
              className={classes.taskName}
              href={journeyLink(task.correlation_id)}
              title={`${task.task_type}: a journey of its own`}
            >
              {task.task_type} ↗
            </Link>
          )}
          <TaskStateBadge state={task.state} />
          <Link className={classes.taskId} href={tasksLink({ open: task.task_id })}>
            {task.task_id}
          </Link>
          <span className={classes.facts}>{facts(task)}</span>
          {task.last_error !== null && <span className={classes.lastError}>{task.last_error}</span>}
        </div>
      ))}
    </section>
  );
}

function facts({ agent, attempts, work_ms, queue_ms, backoff_ms }: JourneyTask): string {
  const times: readonly [number, string][] = [
    [work_ms, 'work'],
    [queue_ms, 'in the queue'],
    [backoff_ms, 'until retries'],
  ];
  return [
    agent ?? 'unclaimed',
    attempts === 1 ? '1 attempt' : `${attempts} attempts`,
    ...times.filter(([took]) => took > 0).map(([took, what]) => `${formatDuration(took)} ${what}`),
  ].join(' · ');
}
