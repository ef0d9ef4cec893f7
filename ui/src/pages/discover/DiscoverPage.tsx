import { useMemo } from 'react';
import { values } from '../../api/logs';
import { highlightTerms } from '../../lib/lucene/highlight';
import { FieldSidebar } from './fields/FieldSidebar';
import { FilterPills } from './toolbar/FilterPills';
import { Patterns } from './patterns/Patterns';
import { ViewTabs } from './patterns/ViewTabs';
import { LiveTail } from './tail/LiveTail';
import { Results } from './results/Results';
import { useDiscoverData } from './state/useDiscoverData';
import { useDiscoverState } from './state/useDiscoverState';
import { Toolbar } from './toolbar/Toolbar';
import classes from './Discover.module.css';

const SUGGESTED_VALUES = 20;

export default function DiscoverPage() {
  const discover = useDiscoverState();
  const data = useDiscoverData(discover);
  const { state, actions } = discover;
  const { scope } = data;
  const terms = useMemo(() => highlightTerms(state.query), [state.query]);
  const suggestValues = useMemo(
    // The unfinished query is no scope: values come from everything in the time range.
    () => (field: string) =>
      values({ ...scope, query: '' }, field, SUGGESTED_VALUES).then((reply) => reply.values),
    [scope],
  );
  return (
    <div className={classes.page}>
      <h1 className={classes.hidden}>Discover</h1>
      <Toolbar
        discover={discover}
        fields={data.fields.data ?? []}
        suggestValues={suggestValues}
        busy={data.page.isFetching || data.counts.isFetching}
      />
      <FilterPills filters={state.filters} actions={actions} />
      <div className={classes.body}>
        <FieldSidebar discover={discover} data={data} />
        <section className={classes.results} aria-label="Results">
          {state.live ? (
            <LiveTail
              key={`${scope.query}\n${scope.index}`}
              query={scope.query}
              discover={discover}
              terms={terms}
            />
          ) : (
            <>
              <ViewTabs discover={discover} />
              {state.view === 'patterns' ? (
                <Patterns discover={discover} data={data} />
              ) : (
                <Results discover={discover} data={data} terms={terms} />
              )}
            </>
          )}
        </section>
      </div>
    </div>
  );
}
