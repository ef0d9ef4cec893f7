import { EmptyState } from '../../../components/EmptyState';
import { Loading } from '../../../components/Loading';
import page from '../../../components/Page.module.css';
import { describeRange } from '../../../lib/time/range';
import { PartialNotice } from '../results/PartialNotice';
import { SearchFailed } from '../results/SearchFailed';
import type { DiscoverData } from '../state/useDiscoverData';
import type { Discover } from '../state/useDiscoverState';
import { PatternsSummary } from './PatternsSummary';
import { PatternsTable } from './PatternsTable';
import { usePatterns } from './usePatterns';
import classes from './Patterns.module.css';

interface PatternsProps {
  discover: Discover;
  data: DiscoverData;
}

/** The sentences behind the matching messages. */
export function Patterns({ discover, data }: PatternsProps) {
  const { state, actions } = discover;
  const found = usePatterns(discover, data);
  const reply = found.data;
  if (found.error && reply === undefined) {
    return <SearchFailed error={found.error} query={data.scope.query} onRetry={actions.refresh} />;
  }
  return (
    <>
      <PatternsSummary reply={reply} fetching={found.isFetching} discover={discover} />
      <PartialNotice leftOut={reply?.left_out ?? []} />
      <div
        className={`${page.scroll} ${classes.body}`}
        data-testid="patterns"
        data-state={reply && !found.isPlaceholderData ? 'ready' : 'loading'}
        data-stale={found.isPlaceholderData}
      >
        {!reply && <Loading label="Grouping messages" />}
        {reply?.patterns.length === 0 && (
          <EmptyState
            title={`No messages (${describeRange(state.range)})`}
            detail="Documents without a message have no pattern. Widen the range, or take a filter away."
          />
        )}
        {reply && reply.patterns.length > 0 && <PatternsTable reply={reply} discover={discover} />}
      </div>
    </>
  );
}
