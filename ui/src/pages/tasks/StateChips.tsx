import { TASK_STATES, type TaskList, type TaskState } from '../../api/types';
import { CountChips, type Chip } from '../../components/CountChips';
import { TaskStateDot } from '../../components/TaskStateBadge';
import { STATE_LABELS } from '../../lib/taskState';

interface StateChipsProps {
  counts: TaskList['counts'] | undefined;
  value: TaskState | '';
  onChange: (state: TaskState | '') => void;
}

export function StateChips({ counts, value, onChange }: StateChipsProps) {
  const total = counts && TASK_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const chips: Chip<TaskState | ''>[] = [
    { key: '', label: 'all', count: total },
    ...TASK_STATES.map((state) => ({
      key: state,
      label: STATE_LABELS[state],
      count: counts && (counts[state] ?? 0),
      mark: <TaskStateDot state={state} />,
    })),
  ];
  return <CountChips label="Task state" chips={chips} value={value} onChange={onChange} />;
}
