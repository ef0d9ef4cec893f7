import { Button } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useCallback } from 'react';
import type { Field, FieldValue } from '../../../api/types';
import { RefreshPicker } from '../../../components/time/RefreshPicker';
import { TimePicker } from '../../../components/time/TimePicker';
import type { TimeRange } from '../../../lib/time/range';
import { QueryBar } from '../query/QueryBar';
import type { Discover } from '../state/useDiscoverState';
import { IndexPicker } from './IndexPicker';
import classes from './Toolbar.module.css';

interface ToolbarProps {
  discover: Discover;
  fields: Field[];
  suggestValues: (field: string) => Promise<FieldValue[]>;
  busy: boolean;
}

export function Toolbar({ discover, fields, suggestValues, busy }: ToolbarProps) {
  const { state, actions } = discover;
  const setRange = useCallback((range: TimeRange) => actions.search({ range }), [actions]);
  return (
    <div className={classes.toolbar} role="search">
      <IndexPicker value={state.index} actions={actions} />
      <QueryBar value={state.query} fields={fields} suggestValues={suggestValues} actions={actions} />
      <TimePicker value={state.range} disabled={state.live} openEnds onChange={setRange} />
      <RefreshPicker
        seconds={state.refresh}
        busy={busy}
        disabled={state.live}
        onRefresh={actions.refresh}
        onSeconds={actions.setRefresh}
      />
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
