import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noteOnGroup, type GroupDetail } from '../../api/errors';
import { formatIso } from '../../lib/time/format';
import classes from './Errors.module.css';
import { Refusal } from '../../components/Refusal';

export function Notes({ id, notes }: { id: string; notes: GroupDetail['notes'] }) {
  const [draft, setDraft] = useState('');
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: (text: string) => noteOnGroup(id, text),
    onSuccess: () => setDraft(''),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['error', id] }),
  });
  return (
    <section aria-label="Notes">
      <h3>Notes</h3>
      <ul className={classes.notes}>
        {notes.map(({ at, text }, index) => (
          <li key={index}>
            <time dateTime={at}>{formatIso(at)}</time>
            <p>{text}</p>
          </li>
        ))}
      </ul>
      <Textarea
        size="xs"
        autosize
        minRows={2}
        aria-label="A new note"
        placeholder="What is known of it, what was tried"
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      {add.error && <Refusal error={add.error} />}
      <Button
        mt={6}
        variant="default"
        disabled={draft.trim() === ''}
        loading={add.isPending}
        onClick={() => add.mutate(draft.trim())}
      >
        Add the note
      </Button>
    </section>
  );
}
