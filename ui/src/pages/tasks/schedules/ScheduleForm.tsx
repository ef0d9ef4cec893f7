import { Button, Group, Modal, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import {
  putSchedule,
  type CatchUp,
  type Overlap,
  type Schedule,
  type ScheduleRequest,
} from '../../../api/schedules';
import { draftOf, EMPTY_DRAFT, readDraft, type DraftFaults } from '../../../lib/taskForm';
import { Refusal } from '../../../components/Refusal';
import { TaskFields } from '../TaskFields';
import classes from '../Tasks.module.css';

interface ScheduleFormProps {
  /** The one to change; a new one without. */
  schedule: Schedule | undefined;
  onClose: () => void;
}

export function ScheduleForm({ schedule, onClose }: ScheduleFormProps) {
  const [name, setName] = useState(schedule?.name ?? '');
  const [when, setWhen] = useState({
    cron: schedule?.cron ?? '',
    time_zone: schedule?.time_zone ?? 'UTC',
    enabled: schedule?.enabled ?? true,
    overlap: schedule?.overlap ?? 'allow',
    catch_up: schedule?.catch_up ?? 'last',
  });
  const [draft, setDraft] = useState(schedule ? draftOf(schedule.task) : EMPTY_DRAFT);
  const [faults, setFaults] = useState<DraftFaults & { name?: string; cron?: string }>({});
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (request: ScheduleRequest) => putSchedule(name.trim(), request),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['schedules'] });
    },
  });
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const read = readDraft(draft);
    const own = {
      ...(name.trim() === '' && { name: 'Give it a name' }),
      ...(when.cron.trim() === '' && { cron: 'Say when, such as 0 6 * * 1-5' }),
    };
    setFaults({ ...read.faults, ...own });
    if (read.task && Object.keys(own).length === 0) save.mutate({ ...when, task: read.task });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={schedule ? `Change the schedule ${schedule.name}` : 'Add a schedule'}
      size="lg"
    >
      <form onSubmit={send} noValidate>
        <Stack gap="sm">
          <div className={classes.fields}>
            <TextInput
              label="Name"
              required
              data-autofocus
              readOnly={schedule !== undefined}
              value={name}
              error={faults.name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="Cron"
              description="Minute, hour, day, month, weekday"
              required
              value={when.cron}
              error={faults.cron}
              onChange={(event) => setWhen({ ...when, cron: event.currentTarget.value })}
            />
            <TextInput
              label="Time zone"
              value={when.time_zone}
              onChange={(event) => setWhen({ ...when, time_zone: event.currentTarget.value })}
            />
            <NativeSelect
              label="While the last task has not ended"
              data={[
                { value: 'allow', label: 'submit all the same' },
                { value: 'skip', label: 'leave the tick out' },
              ]}
              value={when.overlap}
              onChange={(event) => setWhen({ ...when, overlap: event.currentTarget.value as Overlap })}
            />
            <NativeSelect
              label="After a standstill"
              data={[
                { value: 'last', label: 'make up for the last tick' },
                { value: 'all', label: 'make up for every tick' },
                { value: 'skip', label: 'make up for none' },
              ]}
              value={when.catch_up}
              onChange={(event) => setWhen({ ...when, catch_up: event.currentTarget.value as CatchUp })}
            />
            <Switch
              mb={6}
              label="On"
              checked={when.enabled}
              onChange={(event) => setWhen({ ...when, enabled: event.currentTarget.checked })}
            />
          </div>
          <TaskFields
            draft={draft}
            faults={faults}
            alone={false}
            onChange={(patch) => setDraft({ ...draft, ...patch })}
          />
          <Refusal error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
