import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/http';
import { actOnTask, type TaskAction } from '../../api/tasks';
import type { Task } from '../../api/types';
import { actionsFor } from '../../lib/taskState';
import classes from './Tasks.module.css';

const WORDS: Record<TaskAction, { label: string; question: string; effect: string; color: string }> = {
  cancel: {
    label: 'Cancel task',
    question: 'Cancel this task?',
    effect: 'Whoever works on it now will have its completion refused.',
    color: 'red',
  },
  retry: {
    label: 'Retry task',
    question: 'Put this task back into the queue?',
    effect: 'The next free agent that can do it will claim it.',
    color: 'indigo',
  },
};

export function TaskActions({ task }: { task: Task }) {
  const [asked, setAsked] = useState<TaskAction | null>(null);
  const queryClient = useQueryClient();
  const act = useMutation({
    mutationFn: (action: TaskAction) => actOnTask(task.task_id, action),
    onSuccess: () => setAsked(null),
    // A refusal means that the state has changed meanwhile: show the new one in any case.
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['task', task.task_id] });
      await queryClient.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
  const words = asked ? WORDS[asked] : null;
  return (
    <>
      {actionsFor(task.state).map((action) => (
        <Button
          key={action}
          size="compact-xs"
          variant="default"
          onClick={() => {
            act.reset();
            setAsked(action);
          }}
        >
          {WORDS[action].label}
        </Button>
      ))}
      <Modal opened={words !== null} onClose={() => setAsked(null)} title={words?.question} size="sm">
        <p className={classes.confirmText}>
          <code>{task.task_id}</code>
          <br />
          {words?.effect}
        </p>
        {act.error && (
          <p className={classes.lastError} role="alert">
            {act.error.message}
            {act.error instanceof ApiError && act.error.body.hint ? ` ${act.error.body.hint}` : ''}
          </p>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setAsked(null)}>
            Leave it
          </Button>
          <Button
            color={words?.color ?? 'indigo'}
            loading={act.isPending}
            onClick={() => asked && act.mutate(asked)}
          >
            {words?.label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
