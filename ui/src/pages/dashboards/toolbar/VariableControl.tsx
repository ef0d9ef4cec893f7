import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Variable } from '../../../lib/dashboard/variables/types';
import { MultiSelect } from './MultiSelect';

interface VariableControlProps {
  id: string;
  variable: Variable;
  onChange: (values: readonly string[]) => void;
}

export function VariableControl(props: VariableControlProps) {
  const { id, variable, onChange } = props;
  const { definition, options, current } = variable;
  if (definition.type === 'textbox') {
    return <TextBox key={current[0]} {...props} />;
  }
  if (definition.type === 'adhoc') {
    return <span>filters of this kind are not applied here</span>;
  }
  if (definition.multi) return <MultiSelect id={id} variable={variable} onChange={onChange} />;
  return (
    <Select
      id={id}
      aria-label={definition.label}
      data={options.map(({ text, value }) => ({ label: text, value }))}
      value={current[0] ?? null}
      onChange={(value) => value !== null && onChange([value])}
      allowDeselect={false}
      searchable={options.length > 8}
      nothingFoundMessage="Nothing found"
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      w={150}
    />
  );
}

/** Applied with Enter or when it is left: every letter would be a question to the server. */
function TextBox({ id, variable, onChange }: VariableControlProps) {
  const current = variable.current[0] ?? '';
  const [draft, setDraft] = useState(current);
  const commit = () => draft !== current && onChange([draft]);
  return (
    <TextInput
      id={id}
      aria-label={variable.definition.label}
      value={draft}
      w={230}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
      onBlur={commit}
    />
  );
}
