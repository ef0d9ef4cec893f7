import { lazy, Suspense, useMemo } from 'react';
import type { HistogramReply } from '../../../api/types';
import { severityColor, type SeverityGroup } from '../../../lib/severity';
import { STACK_ORDER, totals } from '../../../lib/stack';
import { formatCount } from '../../../lib/number';
import { formatInstant, formatInterval } from '../../../lib/time/format';
import type { TimeRange } from '../../../lib/time/range';
import classes from './Histogram.module.css';

const HistogramChart = lazy(() => import('./HistogramChart'));

interface HistogramProps {
  reply: HistogramReply | undefined;
  stale: boolean;
  error: Error | null;
  onZoom: (range: TimeRange) => void;
  onSeverity: (group: SeverityGroup) => void;
}

export function Histogram({ reply, stale, error, onZoom, onSeverity }: HistogramProps) {
  const bySeverity = useMemo(() => totals(reply?.buckets ?? []), [reply]);
  const empty = !reply || reply.buckets.length === 0;
  return (
    <div
      className={classes.frame}
      data-testid="histogram"
      data-state={reply && !stale ? 'ready' : 'loading'}
      data-total={reply?.total}
    >
      <div className={classes.chart} data-stale={stale}>
        {empty ? (
          <div className={classes.blank}>{error ? error.message : reply ? 'Nothing to draw' : ''}</div>
        ) : (
          <Suspense fallback={null}>
            <HistogramChart reply={reply} label={describe(reply)} onZoom={onZoom} />
          </Suspense>
        )}
      </div>
      <div className={classes.legend}>
        {STACK_ORDER.filter((group) => bySeverity[group] > 0)
          .toReversed()
          .map((group) => (
            <button
              key={group}
              type="button"
              className={classes.entry}
              title={group === 'OTHER' ? 'Without a known severity' : `Only ${group}`}
              disabled={group === 'OTHER'}
              onClick={() => onSeverity(group)}
            >
              <span className={classes.swatch} style={{ background: severityColor(group) }} aria-hidden />
              {group === 'OTHER' ? 'other' : group} <b>{formatCount(bySeverity[group])}</b>
            </button>
          ))}
        {!empty && (
          <span className={classes.interval}>
            {formatInterval(reply.interval_ms)} per bar <span aria-hidden>· drag to zoom</span>
          </span>
        )}
      </div>
    </div>
  );
}

function describe(reply: HistogramReply): string {
  const first = reply.buckets[0];
  const start = first ? formatInstant(Date.parse(first.start)) : '';
  return `${formatCount(reply.total)} documents over time from ${start}, ${reply.buckets.length} bars`;
}
