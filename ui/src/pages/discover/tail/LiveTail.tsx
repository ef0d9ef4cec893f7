import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { LogTable } from '../../../components/logs/LogTable';
import type { HighlightTerm } from '../../../lib/lucene/highlight';
import { formatCount } from '../../../lib/number';
import type { Discover } from '../state/useDiscoverState';
import { TAIL_LIMIT, type Tail } from './tailBuffer';
import { useTail, type TailStatus } from './useTail';
import classes from './LiveTail.module.css';

interface LiveTailProps {
  query: string;
  discover: Discover;
  terms: readonly HighlightTerm[];
}

const STATUS: Record<TailStatus, string> = {
  connecting: 'Connecting …',
  open: 'Live',
  retrying: 'Connection lost, trying again …',
  refused: 'The server refused the stream: check the query',
};

export function LiveTail({ query, discover, terms }: LiveTailProps) {
  const { state, actions } = discover;
  const [paused, setPaused] = useState(false);
  const [away, setAway] = useState(false);
  const frozen = paused || away;
  const { tail, status, clear } = useTail(query, state.index, frozen);
  const expanded = useMemo(() => new Set(state.expanded), [state.expanded]);
  const follow = useMemo(() => ({ following: !away, onChange: (at: boolean) => setAway(!at) }), [away]);
  const resume = () => {
    setPaused(false);
    setAway(false);
  };
  return (
    <>
      <div className={classes.bar}>
        <span
          className={classes.status}
          data-status={paused ? 'paused' : status}
          role="status"
          data-testid="tail-status"
        >
          <span className={classes.dot} aria-hidden />
          {paused ? 'Paused' : STATUS[status]}
        </span>
        <TailFigures tail={tail} />
        <span className={classes.tools}>
          {frozen && tail.waiting.length > 0 && (
            <Button variant="light" size="compact-xs" onClick={resume}>
              Show {formatCount(tail.waiting.length)} new
            </Button>
          )}
          <Button
            variant="default"
            size="compact-xs"
            leftSection={
              paused ? <IconPlayerPlay size={13} aria-hidden /> : <IconPlayerPause size={13} aria-hidden />
            }
            onClick={() => (paused ? resume() : setPaused(true))}
          >
            {paused ? 'Resume' : 'Pause'}
          </Button>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconTrash size={13} aria-hidden />}
            onClick={clear}
          >
            Clear
          </Button>
        </span>
      </div>
      <div className={classes.table} data-testid="tail">
        {tail.shown.length === 0 ? (
          <EmptyState
            title="Waiting for events"
            detail="What matches the query shows here as soon as it arrives."
          />
        ) : (
          <LogTable
            label="Live documents"
            hits={tail.shown}
            columns={state.columns}
            expanded={expanded}
            terms={terms}
            actions={actions}
            follow={follow}
          />
        )}
      </div>
    </>
  );
}

function TailFigures({ tail }: { tail: Tail }) {
  return (
    <span className={classes.figures}>
      <b data-testid="tail-received">{formatCount(tail.received)}</b> received
      {tail.received > TAIL_LIMIT && <span>, the newest {formatCount(TAIL_LIMIT)} are kept</span>}
      {tail.skipped > 0 && (
        <span className={classes.lagged} title="More arrived than could be shown. A search finds them all.">
          {formatCount(tail.skipped)} left out
        </span>
      )}
    </span>
  );
}
