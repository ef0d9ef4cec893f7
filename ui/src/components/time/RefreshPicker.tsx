import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { REFRESH_CHOICES } from '../../lib/time/refresh';

interface RefreshPickerProps {
  seconds: number;
  busy: boolean;
  disabled?: boolean;
  onRefresh: () => void;
  onSeconds: (seconds: number) => void;
}

export const RefreshPicker = memo(function RefreshPicker(props: RefreshPickerProps) {
  const { seconds, busy, disabled = false, onRefresh, onSeconds } = props;
  return (
    <Button.Group style={{ flex: 'none' }}>
      <Button
        variant="default"
        px={8}
        disabled={disabled}
        onClick={onRefresh}
        aria-label="Refresh now"
        aria-busy={busy}
      >
        <IconRefresh size={15} aria-hidden />
      </Button>
      <Menu position="bottom-end" shadow="md" width={140}>
        <Menu.Target>
          <Button
            variant="default"
            px={8}
            disabled={disabled}
            aria-label={`Automatic refresh: ${label(seconds)}`}
            rightSection={<IconChevronDown size={13} aria-hidden />}
          >
            {label(seconds)}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Refresh every</Menu.Label>
          {REFRESH_CHOICES.map((choice) => (
            <Menu.Item
              key={choice}
              fw={choice === seconds ? 650 : undefined}
              onClick={() => onSeconds(choice)}
            >
              {label(choice)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
});

function label(seconds: number): string {
  if (seconds === 0) return 'Off';
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}
