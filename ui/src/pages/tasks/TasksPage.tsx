import { Tabs } from '@mantine/core';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Page } from '../../components/Page';
import { parseTaskView, tasksLink, type TaskTab, type TaskView } from '../../lib/taskUrl';
import { useTaskWatch } from '../../state/useTaskWatch';
import { SchedulesTab } from './schedules/SchedulesTab';
import { TaskDrawer } from './TaskDrawer';
import { TaskFilters } from './TaskFilters';
import classes from './Tasks.module.css';
import { TasksTab } from './TasksTab';

export default function TasksPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseTaskView(search), [search]);
  const change = (patch: Partial<TaskView>, replace = false) =>
    navigate(tasksLink({ ...view, ...patch }), { replace });
  useTaskWatch();
  return (
    <Page
      title="Tasks"
      head={
        <Tabs
          value={view.tab}
          onChange={(tab) => change({ tab: (tab ?? 'tasks') as TaskTab, form: '' })}
          classNames={{ tab: classes.tab ?? '', list: classes.tabs ?? '' }}
        >
          <Tabs.List aria-label="What is shown">
            <Tabs.Tab value="tasks">Tasks</Tabs.Tab>
            <Tabs.Tab value="schedules">Schedules</Tabs.Tab>
          </Tabs.List>
        </Tabs>
      }
      right={
        view.tab === 'tasks' && (
          <TaskFilters view={view} onChange={(patch, replace) => change({ ...patch, page: 0 }, replace)} />
        )
      }
    >
      {view.tab === 'tasks' ? (
        <TasksTab view={view} onChange={change} />
      ) : (
        <SchedulesTab view={view} onChange={change} />
      )}
      <TaskDrawer
        id={view.open}
        onOpen={(open) => change({ open })}
        onClose={() => change({ open: '' }, true)}
      />
    </Page>
  );
}
