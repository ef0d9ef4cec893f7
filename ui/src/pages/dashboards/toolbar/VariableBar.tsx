import { Tooltip } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useId } from 'react';
import type { Variable } from '../../../lib/dashboard/variables/types';
import { VariableControl } from './VariableControl';
import classes from './Toolbar.module.css';

interface VariableBarProps {
  variables: readonly Variable[];
  onChange: (name: string, values: readonly string[]) => void;
}

/** The variables that a reader may set. */
export function VariableBar({ variables, onChange }: VariableBarProps) {
  const shown = variables.filter(({ definition }) => definition.hide !== 2 && definition.type !== 'constant');
  if (shown.length === 0) return null;
  return (
    <div className={classes.variables} role="group" aria-label="Variables">
      {shown.map((variable) => (
        <Entry key={variable.definition.name} variable={variable} onChange={onChange} />
      ))}
    </div>
  );
}

function Entry({ variable, onChange }: { variable: Variable; onChange: VariableBarProps['onChange'] }) {
  const { definition, error } = variable;
  const id = useId();
  return (
    <div className={classes.variable} title={definition.description}>
      {definition.hide === 0 && (
        <label className={classes.label} htmlFor={id}>
          {definition.label}
        </label>
      )}
      <VariableControl id={id} variable={variable} onChange={(values) => onChange(definition.name, values)} />
      {error && (
        <Tooltip label={error.message} multiline maw={360}>
          <span className={classes.fault} role="img" aria-label={`Not read: ${error.message}`} tabIndex={0}>
            <IconAlertTriangle size={15} />
          </span>
        </Tooltip>
      )}
    </div>
  );
}
