import { Link } from 'wouter';
import { tasks } from '../../api/tasks';
import { tasksLink } from '../../lib/taskUrl';
import { useLive } from '../../state/useLive';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import classes from './Correlation.module.css';

const MOST = 50;

/** The tasks of the same id, beside their log. Without any, or without a state store, there is nothing to say. */
export function CorrelatedTasks({ id }: { id: string }) {
  const { data } = useLive(['tasks', 'of', id], (signal) =>
    tasks({ correlation_id: id, limit: MOST }, signal),
  );
  if (!data || data.tasks.length === 0) return null;
  const oldestFirst = data.tasks.toSorted((a, b) => a.created_at.localeCompare(b.created_at));
  return (
    <section className={classes.tasks} aria-label="Tasks">
      {oldestFirst.map((task) => (
        <Link key={task.task_id} className={classes.task} href={tasksLink({ open: task.task_id })}>
          <b>{task.task_type}</b>
          <TaskStateBadge state={task.state} />
          <span className={classes.taskAgent}>{task.agent_name ?? 'unclaimed'}</span>
        </Link>
      ))}
    </section>
  );
}
