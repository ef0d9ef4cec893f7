import { tasks } from '../../api/tasks';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Pager } from '../../components/Pager';
import { isFiltered, scopeOf, type TaskView } from '../../lib/taskUrl';
import { useLive } from '../../state/useLive';
import { BulkActions } from './BulkActions';
import { StateChips } from './StateChips';
import { SubmitTask } from './SubmitTask';
import classes from './Tasks.module.css';
import { TasksTable } from './TasksTable';

const PAGE_SIZE = 100;

interface TasksTabProps {
  view: TaskView;
  onChange: (patch: Partial<TaskView>, replace?: boolean) => void;
}

export function TasksTab({ view, onChange }: TasksTabProps) {
  const scope = scopeOf(view);
  const list = useLive(['tasks', scope, view.page], (signal) =>
    tasks({ ...scope, limit: PAGE_SIZE, offset: view.page * PAGE_SIZE }, signal),
  );
  const { data, error } = list;
  const filtered = isFiltered(view);
  return (
    <>
      <div className={classes.bar}>
        <StateChips
          counts={data?.counts}
          value={view.state}
          onChange={(state) => onChange({ state, page: 0 })}
        />
        <div className={classes.barEnd}>
          <BulkActions
            scope={scope}
            state={view.state}
            total={list.isPlaceholderData ? 0 : (data?.total ?? 0)}
          />
          <SubmitTask
            opened={view.form !== ''}
            onChange={(form) => onChange({ form }, form === '')}
            onSubmitted={(open) => onChange({ form: '', open }, true)}
          />
        </div>
      </div>
      {!data && !error && <Loading label="Loading the tasks" />}
      {!data && error && <ErrorState title="The tasks could not be read" error={error} />}
      {data?.total === 0 && (
        <EmptyState
          title={filtered ? 'No task matches these filters' : 'No task has been submitted yet'}
          detail={
            filtered ? undefined : (
              <>
                Submit one here, with <code>swarmscope tasks submit</code>, or with{' '}
                <code>POST /api/v1/tasks</code> on the orchestrator’s port.
              </>
            )
          }
        />
      )}
      {data && data.total > 0 && (
        <>
          <TasksTable
            tasks={data.tasks}
            open={view.open}
            onOpen={(open) => onChange({ open }, view.open !== '')}
          />
          <Pager
            of="tasks"
            before="Newer"
            after="Older"
            page={view.page}
            pageSize={PAGE_SIZE}
            total={data.total}
            onChange={(page) => onChange({ page })}
          />
        </>
      )}
    </>
  );
}
