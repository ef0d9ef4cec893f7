import { useMemo } from 'react';
import type { GroupHistory } from '../../api/errors';
import { formatCount } from '../../lib/number';
import { barsWithin, GAP } from './bars';
import classes from './Errors.module.css';

interface SparklineProps {
  history: GroupHistory;
  width?: number;
  height?: number;
}

/** Errors over the time that the page shows, a bar for each step, or for several where not all fit. */
export function Sparkline({ history, width = 120, height = 22 }: SparklineProps) {
  const drawn = useMemo(() => barsWithin(history.counts, width).counts, [history, width]);
  const most = Math.max(...drawn, 1);
  // Few bars fill the same width as many.
  const each = (width + GAP) / Math.max(drawn.length, 1);
  const total = drawn.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      className={classes.sparkline}
      width={width}
      height={height}
      role="img"
      aria-label={`${formatCount(total)} errors in this time, at most ${formatCount(most)} at once`}
    >
      {drawn.map((count, index) => {
        const tall = count === 0 ? 1 : Math.max(2, Math.round((count / most) * height));
        return (
          <rect
            key={index}
            data-none={count === 0}
            x={index * each}
            y={height - tall}
            width={each - GAP}
            height={tall}
          />
        );
      })}
    </svg>
  );
}
