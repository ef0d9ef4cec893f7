import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actOnTasks, type BulkAction, type TaskScope } from '../../api/tasks';
import type { TaskState } from '../../api/types';
import { formatCount } from '../../lib/number';
import { bulkActionFor, STATE_LABELS } from '../../lib/taskState';
import { Confirmation } from './Confirmation';

interface BulkActionsProps {
  scope: TaskScope;
  state: TaskState | '';
  /** How many tasks the scope has, as the list says. */
  total: number;
}

const WORDS: Record<BulkAction, { button: string; effect: string; color: string }> = {
  requeue: {
    button: 'Requeue',
    effect: 'Each returns to the queue with fresh retries; the next free agents claim them.',
    color: 'indigo',
  },
  cancel: {
    button: 'Cancel',
    effect:
      'Whoever works on one of them has its completion refused; the tasks under them are cancelled, too.',
    color: 'red',
  },
};

/** One action for all tasks that match, once a state says which; the number that was seen goes along. */
export function BulkActions({ scope, state, total }: BulkActionsProps) {
  // The number at the moment of the question: the list goes on changing behind it.
  const [asked, setAsked] = useState<number | null>(null);
  const queryClient = useQueryClient();
  const action = state === '' ? null : bulkActionFor(state);
  const act = useMutation({
    mutationFn: (expected: number) => actOnTasks(action ?? 'requeue', scope, expected),
    onSuccess: ({ skipped }) => skipped.length === 0 && setAsked(null),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['tasks'] }),
  });
  if (action === null || state === '') return null;
  const words = WORDS[action];
  const what = (count: number) =>
    `${formatCount(count)} ${STATE_LABELS[state]} ${count === 1 ? 'task' : 'tasks'}`;
  const left = act.data?.skipped ?? [];
  return (
    <>
      {total > 0 && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            act.reset();
            setAsked(total);
          }}
        >
          {words.button} all {formatCount(total)}…
        </Button>
      )}
      <Confirmation
        opened={asked !== null}
        question={`${words.button} ${what(asked ?? 0)}?`}
        answer={`${words.button} ${formatCount(asked ?? 0)}`}
        color={words.color}
        harmless={action === 'requeue'}
        error={act.error}
        pending={act.isPending}
        done={left.length > 0}
        onYes={() => asked !== null && act.mutate(asked)}
        onNo={() => setAsked(null)}
      >
        {left.length === 0
          ? words.effect
          : `${formatCount(act.data?.changed ?? 0)} were changed and ${formatCount(left.length)} left: ${left[0]?.task_id ?? ''}: ${left[0]?.reason ?? ''}`}
      </Confirmation>
    </>
  );
}
