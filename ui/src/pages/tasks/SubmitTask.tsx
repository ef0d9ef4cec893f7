import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { submitTask } from '../../api/tasks';
import type { NewTask } from '../../api/types';
import { EMPTY_DRAFT, readDraft, type DraftFaults } from '../../lib/taskForm';
import { NEW_FORM } from '../../lib/taskUrl';
import { Refusal } from '../../components/Refusal';
import { TaskFields } from './TaskFields';

interface SubmitTaskProps {
  opened: boolean;
  onChange: (form: string) => void;
  onSubmitted: (taskId: string) => void;
}

/** The form of a new task; what was typed stays until it is submitted. */
export function SubmitTask({ opened, onChange, onSubmitted }: SubmitTaskProps) {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [faults, setFaults] = useState<DraftFaults>({});
  const queryClient = useQueryClient();
  const submit = useMutation({
    mutationFn: (task: NewTask) => submitTask(task),
    onSuccess: async (task) => {
      setDraft(EMPTY_DRAFT);
      onSubmitted(task.task_id);
      await queryClient.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const read = readDraft(draft);
    setFaults(read.faults ?? {});
    if (read.task) submit.mutate(read.task);
  };
  return (
    <>
      <Button size="compact-xs" onClick={() => onChange(NEW_FORM)}>
        Submit a task…
      </Button>
      <Modal opened={opened} onClose={() => onChange('')} title="Submit a task" size="lg">
        <form onSubmit={send} noValidate>
          <Stack gap="sm">
            <TaskFields
              draft={draft}
              faults={faults}
              onChange={(patch) => setDraft({ ...draft, ...patch })}
            />
            <Refusal error={submit.error} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => onChange('')}>
                Cancel
              </Button>
              <Button type="submit" loading={submit.isPending}>
                Submit
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
