import { Button } from '@mantine/core';
import { schedules } from '../../../api/schedules';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Loading } from '../../../components/Loading';
import { NEW_FORM, type TaskView } from '../../../lib/taskUrl';
import { useLive } from '../../../state/useLive';
import classes from '../Tasks.module.css';
import { ScheduleForm } from './ScheduleForm';
import { SchedulesTable } from './SchedulesTable';

interface SchedulesTabProps {
  view: TaskView;
  onChange: (patch: Partial<TaskView>, replace?: boolean) => void;
}

/** Tasks that come back: what, when, and what became of it last. */
export function SchedulesTab({ view, onChange }: SchedulesTabProps) {
  const { data, error } = useLive(['schedules'], schedules);
  const edited = data?.find((schedule) => schedule.name === view.form);
  const opened = view.form === NEW_FORM || edited !== undefined;
  return (
    <>
      <div className={classes.bar}>
        <div className={classes.barEnd}>
          <Button size="compact-xs" onClick={() => onChange({ form: NEW_FORM })}>
            Add a schedule…
          </Button>
        </div>
      </div>
      {!data && !error && <Loading label="Loading the schedules" />}
      {!data && error && <ErrorState title="The schedules could not be read" error={error} />}
      {data?.length === 0 && (
        <EmptyState
          title="No task comes back by itself yet"
          detail={
            <>
              A schedule submits a task at the times of a cron expression, such as <code>0 6 * * 1-5</code>.
            </>
          }
        />
      )}
      {data && data.length > 0 && (
        <SchedulesTable
          schedules={data}
          onEdit={(form) => onChange({ form })}
          onOpen={(open) => onChange({ open })}
        />
      )}
      {opened && (
        <ScheduleForm key={view.form} schedule={edited} onClose={() => onChange({ form: '' }, true)} />
      )}
    </>
  );
}
