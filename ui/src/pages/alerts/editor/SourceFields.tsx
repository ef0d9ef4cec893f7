import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { COUNTED_TASK_STATES, type RuleDraft } from '../../../lib/ruleDraft';
import type { FieldsProps } from './RuleFields';
import classes from './Editor.module.css';

/** What a rule asks: other fields for other sources. */
export function SourceFields({ draft, onChange }: FieldsProps) {
  switch (draft.source) {
    case 'logs':
      return (
        <>
          <Query
            label="Query"
            placeholder="severity:ERROR AND agent_name:research*"
            draft={draft}
            onChange={onChange}
          />
          <div className={classes.row}>
            <Bound draft={draft} onChange={onChange} />
            <Window label="Within" draft={draft} onChange={onChange} />
            <TextInput
              label="Counted by"
              placeholder="agent_name"
              value={draft.by}
              onChange={(event) => onChange({ by: event.currentTarget.value })}
            />
          </div>
        </>
      );
    case 'errors':
      return (
        <div className={classes.row}>
          <NativeSelect
            size="xs"
            label="Groups that are"
            data={[
              { value: 'new', label: 'new' },
              { value: 'regressed', label: 'back after they were resolved' },
              { value: 'rate', label: 'frequent' },
            ]}
            value={draft.event}
            onChange={(event) => onChange({ event: event.currentTarget.value as RuleDraft['event'] })}
          />
          {draft.event === 'rate' && <Count label="More errors than" draft={draft} onChange={onChange} />}
          <Window label="Within" draft={draft} onChange={onChange} />
        </div>
      );
    case 'agents':
      return (
        <div className={classes.row}>
          <NativeSelect
            size="xs"
            label="Agents that"
            data={[
              { value: 'silent_for', label: 'give no sign of life' },
              { value: 'idle_with_lease_for', label: 'hold a task and log nothing' },
            ]}
            value={draft.agents}
            onChange={(event) => onChange({ agents: event.currentTarget.value as RuleDraft['agents'] })}
          />
          <Window label="For" draft={draft} onChange={onChange} />
        </div>
      );
    case 'tasks':
      return (
        <div className={classes.row}>
          <NativeSelect
            size="xs"
            label="Tasks that are"
            data={[...COUNTED_TASK_STATES]}
            value={draft.taskState}
            onChange={(event) => onChange({ taskState: event.currentTarget.value })}
          />
          <TextInput
            label="Of type"
            placeholder="any"
            value={draft.taskType}
            onChange={(event) => onChange({ taskType: event.currentTarget.value })}
          />
          <Bound draft={draft} onChange={onChange} />
        </div>
      );
    case 'expr':
      return <Query label="PromQL" placeholder="active_tasks > 10" draft={draft} onChange={onChange} />;
  }
}

interface LabelledProps extends FieldsProps {
  label: string;
}

function Query({ label, placeholder, draft, onChange }: LabelledProps & { placeholder: string }) {
  return (
    <Textarea
      size="xs"
      label={label}
      placeholder={placeholder}
      autosize
      minRows={1}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      value={draft.query}
      onChange={(event) => onChange({ query: event.currentTarget.value })}
    />
  );
}

function Window({ label, draft, onChange }: LabelledProps) {
  return (
    <TextInput
      label={label}
      placeholder="5m"
      value={draft.window}
      onChange={(event) => onChange({ window: event.currentTarget.value })}
    />
  );
}

function Bound({ draft, onChange }: FieldsProps) {
  return (
    <>
      <NativeSelect
        size="xs"
        label="When there are"
        data={[
          { value: 'above', label: 'more than' },
          { value: 'below', label: 'fewer than' },
        ]}
        value={draft.bound}
        onChange={(event) => onChange({ bound: event.currentTarget.value as RuleDraft['bound'] })}
      />
      <Count label="This many" draft={draft} onChange={onChange} />
    </>
  );
}

function Count({ label, draft, onChange }: LabelledProps) {
  return (
    <TextInput
      label={label}
      type="number"
      min={0}
      value={draft.count}
      onChange={(event) => onChange({ count: event.currentTarget.value })}
    />
  );
}
