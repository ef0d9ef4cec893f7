import { IconMinus, IconPlus } from '@tabler/icons-react';
import { memo, useRef, type ReactNode } from 'react';
import type { Field } from '../../../api/types';
import type { DiscoverActions } from '../state/useDiscoverState';
import { FieldPopover } from './FieldPopover';
import { FieldTypeIcon } from './FieldTypeIcon';
import classes from './Fields.module.css';

interface FieldItemProps {
  field: Field;
  /** Whether it is a column now. */
  shown: boolean;
  /** Its top values, or null while they are not wanted. */
  values: ReactNode;
  actions: DiscoverActions;
  onToggle: (name: string | null) => void;
}

/** Where there is no room the path gives way, because its last part tells fields apart. */
function FieldLabel({ name }: { name: string }) {
  const end = Math.max(0, name.lastIndexOf('.'));
  return (
    <span className={classes.label}>
      <span>{name.slice(0, end)}</span>
      <span>{name.slice(end)}</span>
    </span>
  );
}

/** Plain elements and memoised: there may be hundreds, and every refresh passes by here. */
export const FieldItem = memo(function FieldItem({
  field,
  shown,
  values,
  actions,
  onToggle,
}: FieldItemProps) {
  const button = useRef<HTMLButtonElement>(null);
  const opened = values !== null;
  return (
    <li className={classes.item} data-opened={opened}>
      <button
        ref={button}
        type="button"
        className={classes.name}
        title={field.name}
        aria-label={`Top values of ${field.name}`}
        aria-haspopup="dialog"
        aria-expanded={opened}
        onClick={() => onToggle(opened ? null : field.name)}
      >
        <FieldTypeIcon type={field.type} />
        <FieldLabel name={field.name} />
      </button>
      {opened && (
        <FieldPopover
          label={`Top values of ${field.name}`}
          onClose={() => onToggle(null)}
          onEscape={() => button.current?.focus()}
        >
          {values}
        </FieldPopover>
      )}
      <button
        type="button"
        className={classes.toggle}
        aria-label={`${shown ? 'Remove' : 'Add'} column ${field.name}`}
        onClick={() => actions.toggleColumn(field.name)}
      >
        {shown ? <IconMinus size={13} aria-hidden /> : <IconPlus size={13} aria-hidden />}
      </button>
    </li>
  );
});
