import type { LabelSet } from '../api/prometheusTypes';
import classes from './SeriesLabels.module.css';

/** A series as PromQL writes it, with its parts told apart. */
export function SeriesLabels({ labels }: { labels: LabelSet }) {
  const { __name__: metric, ...rest } = labels;
  const entries = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <span className={classes.series}>
      <b>{metric}</b>
      {(entries.length > 0 || metric === undefined) && (
        <>
          {'{'}
          {entries.map(([name, value], index) => (
            <span key={name}>
              {index > 0 && ', '}
              <span className={classes.name}>{name}</span>=
              <span className={classes.value}>{JSON.stringify(value)}</span>
            </span>
          ))}
          {'}'}
        </>
      )}
    </span>
  );
}
