import { Tabs } from '@mantine/core';
import type { DiscoverView } from '../../../lib/discoverUrl';
import type { Discover } from '../state/useDiscoverState';
import classes from './Patterns.module.css';

/** The same search seen as documents or as the sentences that they are. */
export function ViewTabs({ discover }: { discover: Discover }) {
  const { state, actions } = discover;
  return (
    <Tabs
      value={state.view}
      onChange={(view) => actions.search({ view: (view ?? 'documents') as DiscoverView })}
      classNames={{ tab: classes.tab ?? '', list: classes.tabs ?? '' }}
    >
      <Tabs.List aria-label="How results are shown">
        <Tabs.Tab value="documents">Documents</Tabs.Tab>
        <Tabs.Tab value="patterns">Patterns</Tabs.Tab>
      </Tabs.List>
    </Tabs>
  );
}
