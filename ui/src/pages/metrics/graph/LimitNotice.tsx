import { Button } from '@mantine/core';
import { formatCount } from '../../../lib/number';
import { DRAWN_AT_MOST } from './graphSeries';
import classes from '../Metrics.module.css';

interface LimitNoticeProps {
  drawn: number;
  total: number;
  onAll: (() => void) | undefined;
}

/** A graph that leaves something out says so. */
export function LimitNotice({ drawn, total, onAll }: LimitNoticeProps) {
  if (drawn >= total) return null;
  return (
    <div className={classes.limit} role="status">
      The first {formatCount(drawn)} of {formatCount(total)} series are drawn. <code>topk</code> or{' '}
      <code>sum by</code> shows the ones that matter.
      {onAll && (
        <Button size="compact-xs" variant="default" onClick={onAll}>
          Draw {total > DRAWN_AT_MOST ? formatCount(DRAWN_AT_MOST) : 'all'}
        </Button>
      )}
    </div>
  );
}
