import { UnstyledButton } from '@mantine/core';
import { Link, useLocation, useSearch } from 'wouter';
import { errorGroupTasks } from '../../api/errors';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import type { Task } from '../../api/types';
import { errorLink, parseErrorView } from '../../lib/errorsUrl';
import { journeyLink } from '../../lib/journey/view';
import { formatCount } from '../../lib/number';
import { correlationOf } from '../../lib/taskState';
import { tasksLink } from '../../lib/taskUrl';
import { useLive } from '../../state/useLive';
import classes from './Errors.module.css';
import { Requeue } from './Requeue';

const SHOWN = 10;

/** The tasks whose errors these are, and the way back into the queue for those that failed. */
export function AffectedTasks({ id }: { id: string }) {
  const view = parseErrorView(useSearch());
  const [, navigate] = useLocation();
  const { data, error } = useLive(['error-tasks', id], (signal) => errorGroupTasks(id, signal));
  if (error && !data) return <p role="alert">{error.message}</p>;
  if (!data) return null;
  const shown = view.allTasks ? data.tasks : data.tasks.slice(0, SHOWN);
  const unknown = data.total - data.tasks.length;
  return (
    <section aria-label="Affected tasks">
      <h3>
        Tasks <span className={classes.quiet}>{formatCount(data.total)}</span>
        <Requeue id={id} count={data.requeueable} />
      </h3>
      {data.total === 0 && <p className={classes.quiet}>No task is known for these errors.</p>}
      <ul className={classes.tasks}>
        {shown.map((task) => (
          <AffectedTask key={task.task_id} task={task} />
        ))}
      </ul>
      {data.tasks.length > SHOWN && (
        <UnstyledButton
          className={classes.more}
          onClick={() => navigate(errorLink(id, { ...view, allTasks: !view.allTasks }), { replace: true })}
        >
          {view.allTasks ? 'Show the first alone' : `Show ${formatCount(data.tasks.length - SHOWN)} more`}
        </UnstyledButton>
      )}
      {view.allTasks && unknown > 0 && <p className={classes.quiet}>and {formatCount(unknown)} more</p>}
    </section>
  );
}

function AffectedTask({ task }: { task: Task }) {
  const { task_id: id, state, task_type: type } = task;
  return (
    <li>
      <TaskStateBadge state={state} />
      <Link href={tasksLink({ open: id })} title={id}>
        {id}
      </Link>
      <span className={`${classes.quiet} ${classes.type}`} title={type}>
        {type}
      </span>
      <Link href={journeyLink(correlationOf(task), { task: id })} title="Everything that happened around it">
        Journey
      </Link>
    </li>
  );
}
