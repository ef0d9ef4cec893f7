import { SegmentedControl } from '@mantine/core';
import type { PatternsReply } from '../../../api/patterns';
import { formatCount } from '../../../lib/number';
import { formatAge, formatTimestamp } from '../../../lib/time/format';
import type { Discover } from '../state/useDiscoverState';
import results from '../results/Results.module.css';
import classes from './Patterns.module.css';

interface PatternsSummaryProps {
  reply: PatternsReply | undefined;
  fetching: boolean;
  discover: Discover;
}

/** How many, how long it took, and what "new" was compared with. */
export function PatternsSummary({ reply, fetching, discover }: PatternsSummaryProps) {
  const { state, actions } = discover;
  return (
    <div className={`${results.summary} ${classes.summary}`}>
      {reply && (
        <span role="status" data-testid="patterns-summary">
          <b data-testid="pattern-count">{formatCount(reply.distinct)}</b>{' '}
          {reply.distinct === 1 ? 'pattern' : 'patterns'} in <b>{formatCount(reply.messages)}</b> messages{' '}
          <span className={results.soft}>in {reply.took_ms} ms</span>
          {reply.others > 0 && (
            <span className={results.soft}>
              {' '}
              · {formatCount(reply.others)} messages in patterns not shown
            </span>
          )}
        </span>
      )}
      {fetching && <span className={results.soft}>grouping …</span>}
      {reply?.before && <Compared before={reply.before} />}
      <SegmentedControl
        className={classes.order}
        size="xs"
        aria-label="Which patterns come first"
        value={state.patternOrder}
        onChange={(order) => actions.search({ patternOrder: order })}
        data={[
          { value: 'count', label: 'Most frequent' },
          { value: 'new', label: 'New first' },
        ]}
      />
    </div>
  );
}

function Compared({ before }: { before: NonNullable<PatternsReply['before']> }) {
  if (!before.compared) {
    return (
      <span className={results.soft} data-testid="compared">
        What is new is not known: {before.reason}
      </span>
    );
  }
  const span = Date.parse(before.to) - Date.parse(before.since ?? before.from);
  return (
    <span
      className={results.soft}
      data-testid="compared"
      title={`${formatTimestamp(Date.parse(before.since ?? before.from))} to ${formatTimestamp(Date.parse(before.to))}: ${formatCount(before.messages)} messages`}
    >
      new: not in the {formatAge(span)} before
    </span>
  );
}
