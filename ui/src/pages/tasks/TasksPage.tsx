import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { tasks } from '../../api/tasks';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { parseTaskView, tasksLink, type TaskView } from '../../lib/taskUrl';
import { useLive } from '../../state/useLive';
import { StateChips } from './StateChips';
import { TaskDrawer } from './TaskDrawer';
import { TaskFilters } from './TaskFilters';
import { TaskPager } from './TaskPager';
import { TasksTable } from './TasksTable';

const PAGE_SIZE = 100;

export default function TasksPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseTaskView(search), [search]);
  const change = (patch: Partial<TaskView>, replace = false) =>
    navigate(tasksLink({ ...view, ...patch }), { replace });

  const scope = { task_type: view.type, agent_name: view.agent };
  const list = useLive(['tasks', scope, view.state, view.page], (signal) =>
    tasks({ ...scope, state: view.state, limit: PAGE_SIZE, offset: view.page * PAGE_SIZE }, signal),
  );
  const { data, error } = list;
  const filtered = view.state !== '' || view.type !== '' || view.agent !== '';
  return (
    <Page
      title="Tasks"
      head={
        <StateChips
          counts={data?.counts}
          value={view.state}
          onChange={(state) => change({ state, page: 0 })}
        />
      }
      right={<TaskFilters view={view} onChange={(patch) => change({ ...patch, page: 0 })} />}
    >
      {!data && !error && <Loading label="Loading the tasks" />}
      {!data && error && <ErrorState title="The tasks could not be read" error={error} />}
      {data?.tasks.length === 0 && (
        <EmptyState
          title={filtered ? 'No task matches these filters' : 'No task has been submitted yet'}
          detail={
            filtered ? undefined : (
              <>
                Submit one with <code>POST /api/v1/tasks</code> on the orchestrator’s port.
              </>
            )
          }
        />
      )}
      {data && data.tasks.length > 0 && (
        <>
          <TasksTable
            tasks={data.tasks}
            open={view.open}
            onOpen={(open) => change({ open }, view.open !== '')}
          />
          <TaskPager
            page={view.page}
            pageSize={PAGE_SIZE}
            total={data.total}
            onChange={(page) => change({ page })}
          />
        </>
      )}
      <TaskDrawer id={view.open} onClose={() => change({ open: '' }, true)} />
    </Page>
  );
}
