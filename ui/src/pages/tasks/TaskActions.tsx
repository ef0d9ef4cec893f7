import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnTask, type TaskAction } from '../../api/tasks';
import type { Task } from '../../api/types';
import { actionsFor } from '../../lib/taskState';
import { Confirmation } from './Confirmation';

const WORDS: Record<TaskAction, { label: string; question: string; effect: string; color: string }> = {
  cancel: {
    label: 'Cancel task',
    question: 'Cancel this task?',
    effect:
      'Whoever works on it now will have its completion refused; the tasks under it are cancelled, too.',
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
      <Confirmation
        opened={words !== null}
        question={words?.question ?? ''}
        answer={words?.label ?? ''}
        color={words?.color ?? 'indigo'}
        harmless={asked === 'retry'}
        error={act.error}
        pending={act.isPending}
        onYes={() => asked && act.mutate(asked)}
        onNo={() => setAsked(null)}
      >
        <code>{task.task_id}</code>
        <br />
        {words?.effect}
      </Confirmation>
    </>
  );
}
