import type { KeyboardEvent } from 'react';
import type { Task } from '../../api/types';
import page from '../../components/Page.module.css';
import { CorrelationLink } from '../../components/CorrelationLink';
import { correlationOf, runningMs } from '../../lib/taskState';
import { formatAge, formatDuration, formatIso } from '../../lib/time/format';
import { useNow } from '../../state/useNow';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import classes from './Tasks.module.css';

interface TasksTableProps {
  tasks: readonly Task[];
  open: string;
  onOpen: (id: string) => void;
}

/** Of what stands in the same column as figures. */
const NUMBERS: readonly string[] = ['Took', 'Retries'];
const HEADINGS = [
  'Changed',
  'State',
  'Task',
  'Type',
  'Priority',
  'Agent',
  'Took',
  'Retries',
  'Correlation',
  'Last error',
];
/** What a narrow window has no room for; the task itself shows it. */
const ROOMY: readonly string[] = ['Priority', 'Correlation'];

export function TasksTable({ tasks, open, onOpen }: TasksTableProps) {
  const now = useNow(1_000);
  return (
    <table className={page.table} onKeyDown={moveBetweenRows}>
      <thead>
        <tr>
          {HEADINGS.map((heading) => (
            <th
              key={heading}
              scope="col"
              className={NUMBERS.includes(heading) ? page.number : ROOMY.includes(heading) ? page.roomy : ''}
            >
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <TaskRow key={task.task_id} task={task} now={now} open={task.task_id === open} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

interface TaskRowProps {
  task: Task;
  now: number;
  open: boolean;
  onOpen: (id: string) => void;
}

function TaskRow({ task, now, open, onOpen }: TaskRowProps) {
  const took = runningMs(task, now);
  return (
    <tr className={classes.row} data-open={open} onClick={() => onOpen(task.task_id)}>
      <td className={`${page.nowrap} ${page.soft}`} title={formatIso(task.updated_at)}>
        {formatAge(now - Date.parse(task.updated_at))} ago
      </td>
      <td className={page.nowrap}>
        <TaskStateBadge state={task.state} />
      </td>
      <td>
        <button type="button" className={`${classes.id} ${page.mono}`} title={task.task_id} data-row>
          {task.task_id}
        </button>
      </td>
      <td className={`${classes.clip} ${classes.name}`} title={task.task_type}>
        {task.task_type}
      </td>
      <td className={page.roomy}>{task.priority}</td>
      <td className={`${classes.clip} ${classes.name}`} title={task.agent_name ?? undefined}>
        {task.agent_name ?? '–'}
      </td>
      <td className={`${page.number} ${page.nowrap}`}>{took === null ? '–' : formatDuration(took)}</td>
      <td className={`${page.number} ${page.nowrap}`}>
        {task.retry_count} / {task.max_retries}
      </td>
      <td className={`${classes.clip} ${page.roomy}`} onClick={(event) => event.stopPropagation()}>
        <CorrelationLink id={correlationOf(task)} />
      </td>
      <td className={`${classes.clip} ${classes.error}`} title={task.last_error ?? undefined}>
        {task.last_error}
      </td>
    </tr>
  );
}

/** Arrows go from row to row; Enter is the button's own. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = buttons[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
