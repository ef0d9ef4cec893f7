import { Drawer } from '@mantine/core';
import { task } from '../../api/tasks';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { useLive } from '../../state/useLive';
import { TaskDetails } from './TaskDetails';

interface TaskDrawerProps {
  id: string;
  onOpen: (id: string) => void;
  onClose: () => void;
}

export function TaskDrawer({ id, onOpen, onClose }: TaskDrawerProps) {
  const { data, error, isPlaceholderData } = useLive(['task', id], (signal) => task(id, signal), id !== '');
  const shown = isPlaceholderData ? undefined : data;
  return (
    <Drawer
      opened={id !== ''}
      onClose={onClose}
      position="right"
      size={620}
      title="Task"
      overlayProps={{ backgroundOpacity: 0.2 }}
      transitionProps={{ duration: 100 }}
    >
      {!shown && !error && <Loading label="Loading the task" />}
      {!shown && error && <ErrorState title="The task could not be read" error={error} />}
      {shown && <TaskDetails detail={shown} onOpen={onOpen} />}
    </Drawer>
  );
}
