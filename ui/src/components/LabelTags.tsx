import type { LabelSet } from '../api/prometheusTypes';
import classes from './LabelTags.module.css';

export function LabelTags({ labels }: { labels: LabelSet }) {
  return (
    <span className={classes.tags}>
      {Object.entries(labels)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => (
          <span key={name} className={classes.tag}>
            <span className={classes.name}>{name}</span>={value}
          </span>
        ))}
    </span>
  );
}
