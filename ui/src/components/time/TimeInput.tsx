import { ActionIcon, TextInput } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { useRef } from 'react';
import classes from './Time.module.css';

interface TimeInputProps {
  label: string;
  value: string;
  placeholder: string;
  error?: string | null;
  onChange: (text: string) => void;
}

/** A text that understands date math, with the browser's own calendar beside it. */
export function TimeInput({ label, value, placeholder, error, onChange }: TimeInputProps) {
  const native = useRef<HTMLInputElement>(null);
  return (
    <TextInput
      label={label}
      value={value}
      placeholder={placeholder}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      rightSection={
        <>
          <input
            ref={native}
            className={classes.native}
            type="datetime-local"
            step={1}
            tabIndex={-1}
            aria-hidden
            onChange={(event) => onChange(event.currentTarget.value.replace('T', ' '))}
          />
          <ActionIcon
            variant="subtle"
            size="sm"
            color="gray"
            aria-label={`${label}: pick a date`}
            onClick={() => native.current?.showPicker()}
          >
            <IconCalendar size={15} />
          </ActionIcon>
        </>
      }
    />
  );
}
