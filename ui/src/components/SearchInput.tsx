import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';

interface SearchInputProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  width?: number;
}

/** Narrows what the page shows while it is typed; the `/` key leads here. */
export function SearchInput({ label, value, onChange, width = 240 }: SearchInputProps) {
  return (
    <TextInput
      w={width}
      aria-label={label}
      placeholder={label}
      data-shortcut="query"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        value !== '' && <CloseButton size="xs" aria-label="Clear the search" onClick={() => onChange('')} />
      }
    />
  );
}
