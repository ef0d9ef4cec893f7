import { Button } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import type { Field, FieldValue } from '../../../api/types';
import { QueryBar } from '../query/QueryBar';
import type { Discover } from '../state/useDiscoverState';
import { IndexPicker } from './IndexPicker';
import { RefreshPicker } from './RefreshPicker';
import { TimePicker } from './TimePicker';
import classes from './Toolbar.module.css';

interface ToolbarProps {
  discover: Discover;
  fields: Field[];
  suggestValues: (field: string) => Promise<FieldValue[]>;
  busy: boolean;
}

export function Toolbar({ discover, fields, suggestValues, busy }: ToolbarProps) {
  const { state, actions } = discover;
  return (
    <div className={classes.toolbar} role="search">
      <IndexPicker value={state.index} actions={actions} />
      <QueryBar value={state.query} fields={fields} suggestValues={suggestValues} actions={actions} />
      <TimePicker value={state.range} disabled={state.live} actions={actions} />
      <RefreshPicker seconds={state.refresh} busy={busy} disabled={state.live} actions={actions} />
      <Button
        variant={state.live ? 'filled' : 'default'}
        leftSection={<IconBolt size={15} aria-hidden />}
        aria-pressed={state.live}
        onClick={() => actions.search({ live: !state.live })}
      >
        Live
      </Button>
    </div>
  );
}
