import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconAsterisk,
  IconColumnInsertRight,
  IconColumnRemove,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import type { Json } from '../../api/types';
import { isFilterValue } from '../../lib/lucene/filter';
import type { LogActions } from '../logs/actions';

interface FieldButtonsProps {
  name: string;
  value: Json;
  shown: boolean;
  actions: LogActions;
}

export function FieldButtons({ name, value, shown, actions }: FieldButtonsProps) {
  const { addFilter, toggleColumn } = actions;
  const filter = (negate: boolean) => {
    if (isFilterValue(value)) addFilter?.({ field: name, negate, value });
  };
  const impossible = !isFilterValue(value);
  return (
    <>
      <Tool label={`Filter for ${name}`} Icon={IconZoomIn} disabled={impossible} run={() => filter(false)} />
      <Tool label={`Filter out ${name}`} Icon={IconZoomOut} disabled={impossible} run={() => filter(true)} />
      <Tool
        label={`Only documents with ${name}`}
        Icon={IconAsterisk}
        run={() => addFilter?.({ field: name, negate: false })}
      />
      <Tool
        label={`${shown ? 'Remove' : 'Add'} column ${name}`}
        Icon={shown ? IconColumnRemove : IconColumnInsertRight}
        run={() => toggleColumn?.(name)}
      />
    </>
  );
}

interface ToolProps {
  label: string;
  Icon: typeof IconZoomIn;
  disabled?: boolean;
  run: () => void;
}

function Tool({ label, Icon, disabled = false, run }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={20}
        aria-label={label}
        disabled={disabled}
        onClick={run}
      >
        <Icon size={14} stroke={1.8} />
      </ActionIcon>
    </Tooltip>
  );
}
