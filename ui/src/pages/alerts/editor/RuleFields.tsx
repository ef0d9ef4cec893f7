import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { RuleSource } from '../../../api/alerts';
import { SOURCES, type RuleDraft } from '../../../lib/ruleDraft';
import { SourceFields } from './SourceFields';
import classes from './Editor.module.css';

export interface FieldsProps {
  draft: RuleDraft;
  onChange: (patch: Partial<RuleDraft>) => void;
}

export function RuleFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <div className={classes.row}>
        <TextInput
          label="Name"
          placeholder="ErrorSpike"
          required
          data-autofocus
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="Looks at"
          data={SOURCES}
          value={draft.source}
          onChange={(event) => onChange({ source: event.currentTarget.value as RuleSource })}
        />
      </div>
      <SourceFields draft={draft} onChange={onChange} />
      <div className={classes.row}>
        <TextInput
          label="Has to last for"
          placeholder="at once"
          value={draft.hold}
          onChange={(event) => onChange({ hold: event.currentTarget.value })}
        />
        <TextInput
          label="Keeps firing for"
          placeholder="ends at once"
          value={draft.keepFiring}
          onChange={(event) => onChange({ keepFiring: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="Severity"
          data={['info', 'warning', 'critical', { value: '', label: 'none' }]}
          value={draft.severity}
          onChange={(event) => onChange({ severity: event.currentTarget.value })}
        />
      </div>
      <Textarea
        size="xs"
        label="What it says"
        autosize
        minRows={1}
        placeholder="{{ $labels.agent_name }} logged {{ $value }} errors"
        value={draft.summary}
        onChange={(event) => onChange({ summary: event.currentTarget.value })}
      />
    </>
  );
}
