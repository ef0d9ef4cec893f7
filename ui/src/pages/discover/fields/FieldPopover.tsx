import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Fields.module.css';

interface FieldPopoverProps {
  label: string;
  onClose: () => void;
  onEscape: () => void;
  children: ReactNode;
}

/** Beside its field; made when it opens, because a closed popover per field is not free. */
export function FieldPopover({ label, onClose, onEscape, children }: FieldPopoverProps) {
  return (
    <Popover opened onDismiss={onClose} closeOnEscape={false} position="right-start" width={340} trapFocus>
      <Popover.Target>
        <span className={classes.anchor} />
      </Popover.Target>
      <Popover.Dropdown
        p={10}
        aria-label={label}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          onClose();
          onEscape();
        }}
      >
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}
