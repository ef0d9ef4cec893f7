import { formatCount } from '../../../lib/number';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';
import classes from './Results.module.css';

/** How many, and how long it took; the place is kept while nothing is known yet. */
export function SummaryBar({ discover, data }: { discover: Discover; data: DiscoverData }) {
  const first = data.page.data?.pages[0];
  const took = Math.max(first?.took_ms ?? 0, data.counts.data?.took_ms ?? 0);
  return (
    <div className={classes.summary}>
      {first && (
        <span role="status" data-testid="summary">
          <b data-testid="hit-count">
            {first.total.relation === 'gte' ? '≥ ' : ''}
            {formatCount(first.total.value)}
          </b>{' '}
          {first.total.value === 1 ? 'hit' : 'hits'} <span className={classes.soft}>in {took} ms</span>
        </span>
      )}
      {data.page.isFetching && !data.page.isFetchingNextPage && (
        <span className={classes.soft}>searching …</span>
      )}
      <span className={classes.right}>
        {discover.state.sort === 'desc' ? 'newest first' : 'oldest first'}
      </span>
    </div>
  );
}
