import { CloseButton, Select } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { SearchInput } from '../../components/SearchInput';
import { SINCE_CHOICES, type ErrorsView } from '../../lib/errorsUrl';
import classes from './Errors.module.css';

const TYPING_MS = 250;

interface GroupFiltersProps {
  view: ErrorsView;
  onChange: (patch: Partial<ErrorsView>, replace?: boolean) => void;
}

const NAMED = [
  ['agent', 'agent'],
  ['type', 'type'],
  ['correlation', 'correlation id'],
  ['version', 'version'],
  ['taskType', 'task type'],
] as const;

/** The text, the time, and what was picked elsewhere as something that can be taken away again. */
export function GroupFilters({ view, onChange }: GroupFiltersProps) {
  const [draft, setDraft] = useState(view.query);
  const [known, setKnown] = useState(view.query);
  if (known !== view.query) {
    setKnown(view.query);
    setDraft(view.query);
  }
  const commit = useDebouncedCallback((query: string) => onChange({ query }, true), TYPING_MS);
  return (
    <>
      {NAMED.filter(([key]) => view[key] !== '').map(([key, name]) => (
        <span key={key} className={classes.picked}>
          {name} <b>{view[key]}</b>
          <CloseButton size="xs" aria-label={`Any ${name}`} onClick={() => onChange({ [key]: '' })} />
        </span>
      ))}
      <SearchInput
        label="Type, message or function"
        value={draft}
        onChange={(text) => {
          setDraft(text);
          commit(text.trim());
        }}
      />
      <Select
        w={140}
        aria-label="Since when"
        data={[...SINCE_CHOICES]}
        value={view.since}
        allowDeselect={false}
        onChange={(since) => since && onChange({ since })}
      />
    </>
  );
}
