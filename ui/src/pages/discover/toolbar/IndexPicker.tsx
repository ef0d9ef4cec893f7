import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import { indices } from '../../../api/logs';
import { indexPatterns } from '../../../lib/indexPatterns';
import type { DiscoverActions } from '../state/useDiscoverState';

const ALL = '';

interface IndexPickerProps {
  value: string;
  actions: DiscoverActions;
}

/** One index, or a pattern over the daily ones; the pattern of the URL stays in the list whatever it is. */
export const IndexPicker = memo(function IndexPicker({ value, actions }: IndexPickerProps) {
  const known = useQuery({
    queryKey: ['logs', 'indices'],
    queryFn: ({ signal }) => indices(signal),
    staleTime: 30_000,
  });
  const data = useMemo(() => {
    const names = (known.data ?? []).map((each) => each.name);
    const patterns = indexPatterns(names);
    const extra = value !== ALL && !patterns.includes(value) && !names.includes(value) ? [value] : [];
    return [
      {
        group: 'Patterns',
        items: [{ value: ALL, label: 'All indices' }, ...toItems([...extra, ...patterns])],
      },
      { group: 'Indices', items: toItems(names) },
    ];
  }, [known.data, value]);
  return (
    <Select
      aria-label="Index"
      data={data}
      value={value}
      onChange={(next) => actions.search({ index: next ?? ALL })}
      allowDeselect={false}
      searchable
      maxDropdownHeight={420}
      comboboxProps={{ width: 300, position: 'bottom-start' }}
      w={178}
    />
  );
});

function toItems(names: readonly string[]) {
  return names.map((name) => ({ value: name, label: name }));
}
