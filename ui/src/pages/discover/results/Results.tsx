import { useMemo } from 'react';
import { LogTable } from '../../../components/logs/LogTable';
import { Loading } from '../../../components/Loading';
import type { HighlightTerm } from '../../../lib/lucene/highlight';
import { formatCount } from '../../../lib/number';
import { Histogram } from '../histogram/Histogram';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';
import { NoResults } from './NoResults';
import { PartialNotice } from './PartialNotice';
import { SearchFailed } from './SearchFailed';
import { SummaryBar } from './SummaryBar';
import classes from './Results.module.css';

interface ResultsProps {
  discover: Discover;
  data: DiscoverData;
  terms: readonly HighlightTerm[];
}

export function Results({ discover, data, terms }: ResultsProps) {
  const { state, actions } = discover;
  const { page, counts, hits, scope } = data;
  const expanded = useMemo(() => new Set(state.expanded), [state.expanded]);
  const error = page.error ?? counts.error;
  if (error && !(page.data && !page.isPlaceholderData)) {
    return <SearchFailed error={error} query={scope.query} onRetry={actions.refresh} />;
  }
  const empty = page.data !== undefined && hits.length === 0;
  return (
    <>
      <SummaryBar discover={discover} data={data} />
      <PartialNotice leftOut={page.data?.pages.at(-1)?.left_out ?? []} />
      <Histogram
        reply={counts.data}
        stale={counts.isPlaceholderData}
        error={counts.error}
        onZoom={(range) => actions.search({ range })}
        onSeverity={(group) => actions.addFilter({ field: 'severity', negate: false, value: group })}
      />
      <div
        className={classes.table}
        data-testid="hits"
        data-state={page.data && !page.isPlaceholderData ? 'ready' : 'loading'}
        data-stale={page.isPlaceholderData}
      >
        {!page.data && <Loading label="Searching" />}
        {empty && <NoResults discover={discover} data={data} />}
        {hits.length > 0 && (
          <LogTable
            label="Documents"
            hits={hits}
            columns={state.columns}
            expanded={expanded}
            terms={terms}
            actions={actions}
            sort={{ order: state.sort, onChange: (sort) => actions.search({ sort }) }}
            onEndReached={page.hasNextPage && !page.isFetching ? () => void page.fetchNextPage() : undefined}
            footer={page.hasNextPage ? 'Loading more …' : `End: ${formatCount(hits.length)} documents`}
          />
        )}
      </div>
    </>
  );
}
