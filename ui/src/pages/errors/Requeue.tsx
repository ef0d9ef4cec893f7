import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { requeueGroup, type Requeued } from '../../api/errors';
import { formatCount } from '../../lib/number';
import classes from './Errors.module.css';
import { Refusal } from '../../components/Refusal';

const named = (count: number) => `${formatCount(count)} ${count === 1 ? 'task' : 'tasks'}`;

/** Puts the failed tasks of a group back into the queue, after a question that says how many. */
export function Requeue({ id, count }: { id: string; count: number }) {
  // The number that was asked about stays, whatever happens meanwhile: the server compares it.
  const [asked, setAsked] = useState<number | null>(null);
  const queryClient = useQueryClient();
  const requeue = useMutation({
    mutationFn: (expected: number) => requeueGroup(id, expected),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['error-tasks', id] });
      await queryClient.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
  const close = () => setAsked(null);
  return (
    <>
      {count > 0 && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            requeue.reset();
            setAsked(count);
          }}
        >
          Requeue {named(count)}
        </Button>
      )}
      <Modal
        opened={asked !== null}
        onClose={close}
        title={`Put ${named(asked ?? 0)} back into the queue?`}
        size="sm"
      >
        {requeue.data ? (
          <Outcome outcome={requeue.data} />
        ) : (
          <p className={classes.question}>
            They failed for good with this error. Free agents that can do them will claim them again.
          </p>
        )}
        {requeue.error && <Refusal error={requeue.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {requeue.data || requeue.error ? 'Close' : 'Leave them'}
          </Button>
          {!requeue.data && !requeue.error && (
            <Button
              data-autofocus
              loading={requeue.isPending}
              onClick={() => asked !== null && requeue.mutate(asked)}
            >
              Requeue {named(asked ?? 0)}
            </Button>
          )}
        </Group>
      </Modal>
    </>
  );
}

function Outcome({ outcome }: { outcome: Requeued }) {
  return (
    <div className={classes.question} role="status">
      <p>{named(outcome.requeued)} back in the queue.</p>
      {outcome.skipped.length > 0 && (
        <ul>
          {outcome.skipped.map(({ task_id: task, reason }) => (
            <li key={task}>
              <code>{task}</code> {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
