import { Link } from 'wouter';
import { errorGroupTasks } from '../../api/errors';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import { formatCount } from '../../lib/number';
import { tasksLink } from '../../lib/taskUrl';
import { useLive } from '../../state/useLive';
import classes from './Errors.module.css';
import { Requeue } from './Requeue';

const SHOWN = 10;

/** The tasks whose errors these are, and the way back into the queue for those that failed. */
export function AffectedTasks({ id }: { id: string }) {
  const { data, error } = useLive(['error-tasks', id], (signal) => errorGroupTasks(id, signal));
  if (error && !data) return <p role="alert">{error.message}</p>;
  if (!data) return null;
  const more = data.total - Math.min(SHOWN, data.tasks.length);
  return (
    <section aria-label="Affected tasks">
      <h3>
        Tasks <span className={classes.quiet}>{formatCount(data.total)}</span>
        <Requeue id={id} count={data.requeueable} />
      </h3>
      {data.total === 0 && <p className={classes.quiet}>No task is known for these errors.</p>}
      <ul className={classes.tasks}>
        {data.tasks.slice(0, SHOWN).map((task) => (
          <li key={task.task_id}>
            <TaskStateBadge state={task.state} />
            <Link href={tasksLink({ open: task.task_id })} title={task.task_id}>
              {task.task_id}
            </Link>
            <span className={classes.quiet}>{task.task_type}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={classes.quiet}>and {formatCount(more)} more</p>}
    </section>
  );
}
