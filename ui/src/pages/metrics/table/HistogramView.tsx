import type { HistogramValue } from '../../../api/prometheusTypes';
import { histogramBars } from './histogramBars';
import classes from '../Metrics.module.css';

/** A native histogram: its sum and count, and a bar for each bucket. */
export function HistogramView({ value }: { value: HistogramValue }) {
  const bars = histogramBars(value);
  return (
    <details className={classes.histogram}>
      <summary>
        count {value.count} · sum {value.sum} · {bars.length} buckets
      </summary>
      <ul>
        {bars.map(({ range, count, share }) => (
          <li key={range}>
            <span>{range}</span>
            <span className={classes.bar} aria-hidden>
              <span style={{ width: `${share * 100}%` }} />
            </span>
            <span>{count}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
