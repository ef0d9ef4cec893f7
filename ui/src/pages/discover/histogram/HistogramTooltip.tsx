import type { Bucket } from '../../../api/types';
import { formatCount } from '../../../lib/number';
import { severityColor } from '../../../lib/severity';
import { groupCounts, STACK_ORDER } from '../../../lib/stack';
import { formatInstant, formatInterval } from '../../../lib/time/format';
import classes from './Histogram.module.css';

interface HistogramTooltipProps {
  bucket: Bucket;
  intervalMs: number;
  left: number;
}

export function HistogramTooltip({ bucket, intervalMs, left }: HistogramTooltipProps) {
  const counts = groupCounts(bucket);
  return (
    <div className={classes.tooltip} style={{ left: `min(${left + 14}px, calc(100% - 224px))` }} aria-hidden>
      <div className={classes.tooltipTime}>
        {formatInstant(Date.parse(bucket.start))} <span>+ {formatInterval(intervalMs)}</span>
      </div>
      {STACK_ORDER.toReversed()
        .filter((group) => counts[group] > 0)
        .map((group) => (
          <div key={group} className={classes.tooltipRow}>
            <span className={classes.swatch} style={{ background: severityColor(group) }} />
            {group === 'OTHER' ? 'other' : group}
            <b>{formatCount(counts[group])}</b>
          </div>
        ))}
      <div className={classes.tooltipRow}>
        <span />
        total
        <b>{formatCount(bucket.total)}</b>
      </div>
    </div>
  );
}
