import { ActionIcon, Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import type { Field, LogScope } from '../../../api/types';
import type { Discover } from '../state/useDiscoverState';
import { FieldTypeIcon } from './FieldTypeIcon';
import { FieldValueList } from './FieldValueList';
import classes from './Fields.module.css';

interface FieldItemProps {
  field: Field;
  discover: Discover;
  scope: LogScope;
}

export function FieldItem({ field, discover, scope }: FieldItemProps) {
  const { state, actions } = discover;
  const [opened, panel] = useDisclosure(false);
  const shown = state.columns.includes(field.name);
  return (
    <li className={classes.item} data-opened={opened}>
      <Popover
        opened={opened}
        onChange={(next) => !next && panel.close()}
        position="right-start"
        width={340}
        trapFocus
      >
        <Popover.Target>
          <UnstyledButton
            className={classes.name}
            title={field.name}
            onClick={panel.toggle}
            aria-label={`Top values of ${field.name}`}
          >
            <FieldTypeIcon type={field.type} />
            <span className={classes.label}>{field.name}</span>
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p={10} aria-label={`Top values of ${field.name}`}>
          <FieldValueList field={field} scope={scope} actions={actions} />
        </Popover.Dropdown>
      </Popover>
      <ActionIcon
        className={classes.toggle}
        variant="subtle"
        size="xs"
        color="gray"
        aria-label={`${shown ? 'Remove' : 'Add'} column ${field.name}`}
        onClick={() => actions.toggleColumn(field.name)}
      >
        {shown ? <IconMinus size={13} /> : <IconPlus size={13} />}
      </ActionIcon>
    </li>
  );
}
