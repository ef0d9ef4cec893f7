import { formatCount } from '../../../lib/number';
import { formatInterval } from '../../../lib/time/format';
import classes from './Patterns.module.css';

const HEIGHT = 20;
const BAR = 4;

/** Counts over the range; the tallest bar is the most. */
export function SparkBars({ counts, interval }: { counts: readonly number[]; interval: number }) {
  const most = Math.max(1, ...counts);
  const width = counts.length * BAR;
  // A single message has to be seen beside a million.
  const height = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT));
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={`at most ${formatCount(most)} in ${formatInterval(interval)}`}
    >
      {counts.map((count, place) => (
        <rect key={place} x={place * BAR} y={HEIGHT - height(count)} width={BAR - 1} height={height(count)} />
      ))}
    </svg>
  );
}
