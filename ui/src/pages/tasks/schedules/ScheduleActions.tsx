import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { pauseSchedule, removeSchedule, runSchedule, type Schedule } from '../../../api/schedules';
import { Confirmation } from '../Confirmation';
import { Refusal } from '../../../components/Refusal';

interface ScheduleActionsProps {
  schedule: Schedule;
  onOpen: (taskId: string) => void;
}

export function ScheduleActions({ schedule: { name, enabled }, onOpen }: ScheduleActionsProps) {
  const [removing, setRemoving] = useState(false);
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ['schedules'] });
  const run = useMutation({
    mutationFn: () => runSchedule(name),
    onSuccess: (task) => onOpen(task.task_id),
    onSettled,
  });
  const pause = useMutation({ mutationFn: () => pauseSchedule(name, enabled), onSettled });
  const drop = useMutation({
    mutationFn: () => removeSchedule(name),
    onSuccess: () => setRemoving(false),
    onSettled,
  });
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Refusal error={run.error ?? pause.error} />
      <Button size="compact-xs" variant="default" loading={run.isPending} onClick={() => run.mutate()}>
        Run now
      </Button>
      <Button size="compact-xs" variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
        {enabled ? 'Pause' : 'Resume'}
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setRemoving(true)}>
        Remove…
      </Button>
      <Confirmation
        opened={removing}
        question={`Remove the schedule ${name}?`}
        answer="Remove schedule"
        color="red"
        error={drop.error}
        pending={drop.isPending}
        onYes={() => drop.mutate()}
        onNo={() => setRemoving(false)}
      >
        The tasks that it has submitted stay.
      </Confirmation>
    </Group>
  );
}
