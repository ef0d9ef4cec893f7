import { useState } from 'react';
import { tasks } from '../../api/tasks';
import type { Task } from '../../api/types';
import page from '../../components/Page.module.css';
import { TaskStateBadge } from '../../components/TaskStateBadge';
import { formatCount } from '../../lib/number';
import { useLive } from '../../state/useLive';
import classes from './Tasks.module.css';

/** Children that are listed below one task. */
const MOST = 100;

interface TaskFamilyProps {
  task: Task;
  onOpen: (taskId: string) => void;
}

/** The task above and the tasks below, as far down as one unfolds them. Nothing when it stands alone. */
export function TaskFamily({ task, onOpen }: TaskFamilyProps) {
  const { data } = useChildren(task.task_id);
  const parent = task.parent_task_id;
  if (parent === undefined && (data?.total ?? 0) === 0) return null;
  return (
    <section aria-label="Parent and children">
      <h2>Parent and children</h2>
      {parent !== undefined && (
        <div className={classes.member}>
          <span className={page.soft}>part of</span>
          <OpenTask id={parent} onOpen={onOpen} />
        </div>
      )}
      {task.join && (
        <p className={page.soft}>
          Waits for its children, then {task.join.then === 'complete' ? 'is completed' : 'goes on'}; when one
          fails: {task.join.on_child_failure.replaceAll('_', ' ')}.
        </p>
      )}
      <Children of={task.task_id} onOpen={onOpen} />
    </section>
  );
}

function useChildren(id: string) {
  return useLive(['tasks', 'children', id], (signal) => tasks({ parent_task_id: id, limit: MOST }, signal));
}

function Children({ of, onOpen }: { of: string; onOpen: (taskId: string) => void }) {
  const { data } = useChildren(of);
  if (!data || data.total === 0) return null;
  const more = data.total - data.tasks.length;
  return (
    <ul className={classes.family}>
      {data.tasks.map((child) => (
        <Child key={child.task_id} task={child} onOpen={onOpen} />
      ))}
      {more > 0 && <li className={page.soft}>and {formatCount(more)} more</li>}
    </ul>
  );
}

function Child({ task, onOpen }: TaskFamilyProps) {
  const [unfolded, setUnfolded] = useState(false);
  return (
    <li>
      <div className={classes.member}>
        <button
          type="button"
          className={classes.fold}
          aria-expanded={unfolded}
          aria-label={`Children of ${task.task_id}`}
          onClick={() => setUnfolded(!unfolded)}
        >
          {unfolded ? '▾' : '▸'}
        </button>
        <TaskStateBadge state={task.state} />
        <OpenTask id={task.task_id} onOpen={onOpen} />
        <span className={page.soft}>{task.task_type}</span>
      </div>
      {unfolded && <Children of={task.task_id} onOpen={onOpen} />}
    </li>
  );
}

function OpenTask({ id, onOpen }: { id: string; onOpen: (taskId: string) => void }) {
  return (
    <button type="button" className={`${classes.id} ${page.mono}`} title={id} onClick={() => onOpen(id)}>
      {id}
    </button>
  );
}
