import { Autocomplete, JsonInput, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { agents } from '../../api/system';
import { PRIORITIES, type Priority } from '../../api/types';
import { textOf } from '../../lib/flatten';
import { NO_OBJECT, type DraftFaults, type TaskDraft } from '../../lib/taskForm';
import classes from './Tasks.module.css';

interface TaskFieldsProps {
  draft: TaskDraft;
  faults: DraftFaults;
  onChange: (patch: Partial<TaskDraft>) => void;
  /** Whether they are a form of their own: those of a schedule come after its name, and its ticks are no
   * duplicates of each other. */
  alone?: boolean;
}

/** The fields of a task, for its own form and for a schedule's. */
export function TaskFields({ draft, faults, onChange, alone = true }: TaskFieldsProps) {
  const { data } = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => agents(signal) });
  const skills = (data ?? []).flatMap(({ capabilities }) =>
    Array.isArray(capabilities?.skills) ? capabilities.skills.map(textOf) : [],
  );
  const text = (field: keyof TaskDraft, label: string, description: string) => (
    <TextInput
      label={label}
      description={description}
      value={draft[field]}
      error={faults[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm" className={classes.form ?? ''}>
      <div className={classes.fields}>
        <Autocomplete
          label="Type"
          openOnFocus={false}
          required
          data-autofocus={alone || undefined}
          data={[...new Set(skills)].sort()}
          value={draft.type}
          error={faults.type}
          onChange={(type) => onChange({ type })}
        />
        <NativeSelect
          label="Priority"
          data={[...PRIORITIES]}
          value={draft.priority}
          onChange={(event) => onChange({ priority: event.currentTarget.value as Priority })}
        />
      </div>
      <JsonInput
        label="Metadata"
        description="A JSON object; correlation_id in it ties the task to its events"
        autosize
        minRows={3}
        maxRows={10}
        classNames={{ input: classes.json ?? '' }}
        value={draft.metadata}
        error={faults.metadata}
        validationError={NO_OBJECT}
        onChange={(metadata) => onChange({ metadata })}
      />
      <div className={classes.fields}>
        {text('skills', 'Required skills', 'Agents without all of these do not get it')}
        {text('maxRetries', 'Retries', 'As the type’s policy says when empty')}
        {text('delaySeconds', 'Delay, seconds', 'Not to be claimed before')}
        {text('deadlineSeconds', 'Deadline, seconds', 'Fails when it has not ended by then')}
      </div>
      {alone && text('key', 'Idempotency key', 'The same key of a type gives the same task back')}
    </Stack>
  );
}
