import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { usualQuery, type ListedMetric } from '../../../lib/promql/metricList';
import classes from './Explorer.module.css';

const ROW_PX = 46;

interface MetricItemsProps {
  list: readonly ListedMetric[];
  onPick: (metric: ListedMetric, usual: boolean) => void;
}

export function MetricItems({ list, onPick }: MetricItemsProps) {
  const scroll = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- what it returns is used here alone
  const rows = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  return (
    <div className={classes.scroll} ref={scroll} tabIndex={-1}>
      <ul className={classes.list} style={{ height: rows.getTotalSize() }} aria-label="Metrics">
        {rows.getVirtualItems().map(({ index, start }) => {
          const metric = list[index];
          if (!metric) return null;
          const usual = usualQuery(metric);
          return (
            <li key={metric.name} className={classes.item} style={{ top: start }}>
              <button type="button" className={classes.pick} onClick={() => onPick(metric, false)}>
                <span className={classes.name}>{metric.name}</span>
                <span className={classes.help}>{metric.help || 'no description'}</span>
              </button>
              {metric.type !== '' && <span className={classes.type}>{metric.type}</span>}
              {usual !== metric.name && (
                <button
                  type="button"
                  className={classes.usual}
                  title={usual}
                  aria-label={`Insert ${usual}`}
                  onClick={() => onPick(metric, true)}
                >
                  {metric.name.endsWith('_bucket') ? 'p95' : 'rate'}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
