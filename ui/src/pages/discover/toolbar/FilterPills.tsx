import { CloseButton, UnstyledButton } from '@mantine/core';
import { encodeFilter, type Filter } from '../../../lib/lucene/filter';
import type { DiscoverActions } from '../state/useDiscoverState';
import classes from './Toolbar.module.css';

/** Clicking a pill's text turns it round; the cross takes it away. */
export function FilterPills({ filters, actions }: { filters: readonly Filter[]; actions: DiscoverActions }) {
  if (filters.length === 0) return null;
  return (
    <div className={classes.pills} role="group" aria-label="Filters">
      {filters.map((filter) => (
        <span key={encodeFilter(filter)} className={classes.pill} data-negate={filter.negate}>
          <UnstyledButton
            className={classes.pillText}
            title={`${describe(filter)}: click to ${filter.negate ? 'include' : 'exclude'}`}
            onClick={() => actions.addFilter({ ...filter, negate: !filter.negate })}
          >
            {filter.negate && <span className={classes.pillNot}>NOT </span>}
            <span className={classes.pillField}>{filter.field}: </span>
            {filter.value === undefined ? 'exists' : String(filter.value)}
          </UnstyledButton>
          <CloseButton
            size="xs"
            radius="xl"
            mx={2}
            aria-label={`Remove filter ${describe(filter)}`}
            onClick={() => actions.removeFilter(filter)}
          />
        </span>
      ))}
      {filters.length > 1 && (
        <UnstyledButton className={classes.clear} onClick={() => actions.search({ filters: [] })}>
          Clear all
        </UnstyledButton>
      )}
    </div>
  );
}

function describe({ field, negate, value }: Filter): string {
  return `${negate ? 'NOT ' : ''}${field}: ${value === undefined ? 'exists' : String(value)}`;
}
