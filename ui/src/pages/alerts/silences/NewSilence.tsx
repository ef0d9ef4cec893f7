import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addSilence } from '../../../api/alerts';
import { Refusal } from '../../../components/Refusal';
import classes from './Silences.module.css';

const LENGTHS = [
  { value: '30m', label: '30 minutes' },
  { value: '2h', label: '2 hours' },
  { value: '8h', label: '8 hours' },
  { value: '1d', label: 'a day' },
  { value: '1w', label: 'a week' },
];

/** The author is remembered in this browser: it is the same every time. */
const AUTHOR_KEY = 'swarmscope.author';

export function NewSilence({ matchers, onMade }: { matchers: string; onMade: () => void }) {
  const [text, setText] = useState(matchers);
  const [duration, setDuration] = useState('2h');
  const [comment, setComment] = useState('');
  const [author, setAuthor] = useState(() => localStorage.getItem(AUTHOR_KEY) ?? '');
  const queryClient = useQueryClient();
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const add = useMutation({
    mutationFn: () => addSilence({ matchers: lines, duration, comment, author }),
    onSuccess: async () => {
      localStorage.setItem(AUTHOR_KEY, author);
      setText('');
      setComment('');
      await queryClient.invalidateQueries({ queryKey: ['alerts'] });
      onMade();
    },
  });
  return (
    <form
      className={classes.form}
      aria-label="New silence"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Textarea
        size="xs"
        className={classes.matchers ?? ''}
        label="Silence alerts with"
        placeholder={'alertname="AgentMissing"\nagent_name=~"research.*"'}
        autosize
        minRows={1}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label="For"
        data={LENGTHS}
        value={duration}
        onChange={(event) => setDuration(event.currentTarget.value)}
      />
      <TextInput label="Why" value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
      <TextInput label="Who" value={author} onChange={(event) => setAuthor(event.currentTarget.value)} />
      <Button size="xs" type="submit" loading={add.isPending} disabled={lines.length === 0}>
        Silence
      </Button>
      {add.error && (
        <div className={classes.refusal}>
          <Refusal error={add.error} />
        </div>
      )}
    </form>
  );
}
