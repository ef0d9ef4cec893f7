import { Link } from 'wouter';
import { errorGroups } from '../../api/errors';
import type { Task } from '../../api/types';
import { errorLink, errorsLink } from '../../lib/errorsUrl';
import { formatCount } from '../../lib/number';
import { correlationOf } from '../../lib/taskState';
import { useLive } from '../../state/useLive';

const SINCE = 'now-30d';

/** From a failed task to the one group of its error; where there are several, or none yet, to the list. */
export function TaskErrors({ task }: { task: Task }) {
  const { data, isPlaceholderData } = useLive(['task-errors', task.task_id], (signal) =>
    errorGroups({ task_id: task.task_id, from: SINCE, limit: 2 }, signal),
  );
  // What is known of the task before says nothing of this one.
  const { groups = [], total } = isPlaceholderData ? {} : (data ?? {});
  const [group] = groups;
  if (group && total === 1) {
    return (
      <Link href={errorLink(group.id)} title={group.title}>
        {group.count === 1 ? 'Its error' : `Its error, ${formatCount(group.count)} times`}
      </Link>
    );
  }
  return (
    <Link
      href={errorsLink({ state: '', since: SINCE, correlation: correlationOf(task) })}
      title="The error groups of its correlation id"
    >
      Errors
    </Link>
  );
}
