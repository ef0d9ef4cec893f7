import type { Schedule } from '../../../api/schedules';
import page from '../../../components/Page.module.css';
import { formatAge, formatIso } from '../../../lib/time/format';
import { useNow } from '../../../state/useNow';
import classes from '../Tasks.module.css';
import { ScheduleActions } from './ScheduleActions';

interface SchedulesTableProps {
  schedules: readonly Schedule[];
  onEdit: (name: string) => void;
  onOpen: (taskId: string) => void;
}

const HEADINGS = ['Name', 'When', 'Task', 'Next', 'Last', 'Last task', ''];

export function SchedulesTable({ schedules, onEdit, onOpen }: SchedulesTableProps) {
  const now = useNow(1_000);
  return (
    <table className={page.table}>
      <thead>
        <tr>
          {HEADINGS.map((heading) => (
            <th key={heading} scope="col">
              {heading === '' ? <span className={classes.hidden}>What may be done</span> : heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {schedules.map((schedule) => (
          <tr key={schedule.name}>
            <td>
              <button
                type="button"
                className={classes.id}
                title={`Change ${schedule.name}`}
                onClick={() => onEdit(schedule.name)}
              >
                {schedule.name}
              </button>
            </td>
            <td className={page.nowrap}>
              <code>{schedule.cron}</code> <span className={page.soft}>{schedule.time_zone}</span>
            </td>
            <td className={page.nowrap}>{schedule.task.task_type}</td>
            <td className={page.nowrap} title={formatIso(schedule.next_at)}>
              {nextTick(schedule, now)}
            </td>
            <td className={`${page.nowrap} ${page.soft}`} title={formatIso(schedule.last_at)}>
              {schedule.last_at === null ? 'never' : `${formatAge(now - Date.parse(schedule.last_at))} ago`}
            </td>
            <td>
              {schedule.last_task_id !== null && <LastTask id={schedule.last_task_id} onOpen={onOpen} />}
            </td>
            <td className={page.nowrap}>
              <ScheduleActions schedule={schedule} onOpen={onOpen} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nextTick({ enabled, next_at }: Schedule, now: number): string {
  if (!enabled) return 'paused';
  if (next_at === null) return 'never';
  const wait = Date.parse(next_at) - now;
  return wait <= 0 ? 'now' : `in ${formatAge(wait)}`;
}

function LastTask({ id, onOpen }: { id: string; onOpen: (taskId: string) => void }) {
  return (
    <button type="button" className={`${classes.id} ${page.mono}`} title={id} onClick={() => onOpen(id)}>
      {id}
    </button>
  );
}
