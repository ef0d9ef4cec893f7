import { Link } from 'wouter';
import type { TaskDetail } from '../../api/tasks';
import { CopyButton } from '../../components/CopyButton';
import { FactList, type Fact } from '../../components/FactList';
import { CorrelationLink } from '../../components/CorrelationLink';
import { JsonView } from '../../components/JsonView';
import { discoverLink } from '../../lib/discoverUrl';
import { correlationOf, resultOf } from '../../lib/taskState';
import { formatIso } from '../../lib/time/format';
import { ALL_TIME } from '../../lib/time/range';
import { AttemptList } from './AttemptList';
import { TaskActions } from './TaskActions';
import { TaskErrors } from './TaskErrors';
import { TaskFamily } from './TaskFamily';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import classes from './Tasks.module.css';

interface TaskDetailsProps {
  detail: TaskDetail;
  onOpen: (taskId: string) => void;
}

export function TaskDetails({ detail: { task, attempts }, onOpen }: TaskDetailsProps) {
  const logs = discoverLink({
    range: ALL_TIME,
    filters: [{ field: 'metadata.task_id', negate: false, value: task.task_id }],
  });
  const times = [
    ['created', task.created_at],
    ['changed', task.updated_at],
    ['completed', task.completed_at],
    ['lease until', task.lease_expires_at],
    ['not before', task.not_before],
    ['deadline', task.deadline],
  ] as const;
  const result = resultOf(task, attempts);
  // What a task does not have is not worth a line.
  const further: readonly Fact[] = [
    ['skills', (task.required_skills ?? []).join(', ')],
    ['key', task.idempotency_key],
  ];
  const facts: Fact[] = [
    ['state', <TaskStateBadge key="state" state={task.state} />],
    ['type', task.task_type],
    ['priority', task.priority],
    ['agent', task.agent_name ?? '–'],
    ['correlation', <CorrelationLink key="c" id={correlationOf(task)} />],
    ['retries', `${task.retry_count} of ${task.max_retries}`],
    ...times.flatMap(([name, at]): Fact[] => (at ? [[name, formatIso(at)]] : [])),
    ...further.filter(([, value]) => value !== null && value !== undefined && value !== ''),
    ['token', <span title="The fencing token of its claim">{task.fencing_token}</span>],
  ];
  return (
    <div className={classes.details}>
      <div className={classes.detailId}>
        <code>{task.task_id}</code>
        <CopyButton text={() => task.task_id} label="Copy the task id" />
        <Link href={`/correlation/${encodeURIComponent(correlationOf(task))}`}>Journey</Link>
        <Link href={logs}>Logs of this task</Link>
        {task.last_error !== null && <TaskErrors task={task} />}
        <TaskActions task={task} />
      </div>
      {task.last_error !== null && (
        <div className={classes.lastError} role="note" aria-label="Last error">
          {task.last_error}
        </div>
      )}
      <FactList facts={facts} columns={2} />
      <TaskFamily task={task} onOpen={onOpen} />
      {result !== undefined && (
        <section aria-labelledby="task-result">
          <h2 id="task-result">Result</h2>
          <JsonView value={result} />
        </section>
      )}
      <h2>Attempts</h2>
      <AttemptList attempts={attempts} />
      <h2>Metadata</h2>
      <JsonView value={task.metadata} />
    </div>
  );
}
