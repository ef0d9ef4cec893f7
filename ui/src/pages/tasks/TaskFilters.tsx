import { Autocomplete, CloseButton, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { agents } from '../../api/system';
import { PRIORITIES } from '../../api/types';
import { SearchInput } from '../../components/SearchInput';
import { textOf } from '../../lib/flatten';
import type { TaskView } from '../../lib/taskUrl';

interface TaskFiltersProps {
  view: TaskView;
  onChange: (patch: Partial<TaskView>, replace?: boolean) => void;
}

/** Agents are offered by name, task types by what the agents say they can do; anything may be typed. */
export function TaskFilters({ view, onChange }: TaskFiltersProps) {
  const { data } = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => agents(signal) });
  const skills = (data ?? []).flatMap(({ capabilities }) =>
    Array.isArray(capabilities?.skills) ? capabilities.skills.map(textOf) : [],
  );
  const names = (data ?? []).map((agent) => agent.agent_name);
  return (
    <>
      <Choice label="Task type" value={view.type} options={skills} onChange={(type) => onChange({ type })} />
      <Choice label="Agent" value={view.agent} options={names} onChange={(agent) => onChange({ agent })} />
      <NativeSelect
        size="xs"
        w={120}
        aria-label="Priority"
        data={[{ value: '', label: 'any priority' }, ...PRIORITIES]}
        value={view.priority}
        onChange={(event) =>
          onChange({ priority: PRIORITIES.find((each) => each === event.currentTarget.value) ?? '' })
        }
      />
      <Choice
        label="Correlation id"
        value={view.correlation}
        options={[]}
        onChange={(correlation) => onChange({ correlation })}
      />
      <SearchInput
        label="Id, type or error"
        width={170}
        value={view.text}
        onChange={(text) => onChange({ text }, true)}
      />
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setDraft(value);
  }
  const commit = (text: string) => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <Autocomplete
      size="xs"
      w={158}
      aria-label={label}
      placeholder={label}
      data={[...new Set(options)].sort()}
      value={draft}
      onChange={setDraft}
      onOptionSubmit={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit(draft)}
      onBlur={() => commit(draft)}
      rightSection={
        draft !== '' && (
          <CloseButton
            size="xs"
            aria-label={`Clear ${label.toLowerCase()}`}
            onClick={() => {
              setDraft('');
              commit('');
            }}
          />
        )
      }
    />
  );
}
