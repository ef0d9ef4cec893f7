import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Field } from '../../../api/types';
import { ErrorState } from '../../../components/ErrorState';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';
import { FieldItem } from './FieldItem';
import { FieldValueList } from './FieldValueList';
import classes from './Fields.module.css';

interface FieldSidebarProps {
  discover: Discover;
  data: DiscoverData;
}

export function FieldSidebar({ discover, data }: FieldSidebarProps) {
  const { columns } = discover.state;
  const [wanted, setWanted] = useState('');
  const [opened, setOpened] = useState<string | null>(null);
  const known = data.fields.data;
  const { selected, available } = useMemo(
    () => split(known ?? [], columns, wanted),
    [known, columns, wanted],
  );
  const section = (title: string, list: readonly Field[]) =>
    list.length > 0 && (
      <section aria-label={title}>
        <h2 className={classes.heading}>
          {title} <span className={classes.count}>{list.length}</span>
        </h2>
        <ul className={classes.list}>
          {list.map((field) => (
            <FieldItem
              key={field.name}
              field={field}
              shown={columns.includes(field.name)}
              values={
                opened === field.name ? (
                  <FieldValueList field={field} scope={data.scope} actions={discover.actions} />
                ) : null
              }
              actions={discover.actions}
              onToggle={setOpened}
            />
          ))}
        </ul>
      </section>
    );
  return (
    <aside className={classes.sidebar} aria-label="Fields">
      <TextInput
        className={classes.search}
        aria-label="Search fields"
        placeholder="Search fields"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <div className={classes.scroll}>
        {data.fields.error && !known && (
          <ErrorState title="Fields could not be read" error={data.fields.error} />
        )}
        {section('Columns', selected)}
        {section('Available fields', available)}
        {known && selected.length + available.length === 0 && (
          <p className={classes.none}>{wanted === '' ? 'No fields yet.' : `No field matches “${wanted}”.`}</p>
        )}
      </div>
    </aside>
  );
}

function split(known: readonly Field[], columns: readonly string[], wanted: string) {
  const needle = wanted.trim().toLowerCase();
  const matches = ({ name }: Field) => name.toLowerCase().includes(needle);
  const byName = new Map(known.map((field) => [field.name, field]));
  return {
    // A column stays listed even when this index does not know it, so that it can be taken away again.
    selected: columns.map((name): Field => byName.get(name) ?? { name, type: 'mixed' }).filter(matches),
    available: known
      .filter((field) => !columns.includes(field.name) && matches(field))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
