import type { Status } from '../../api/types';
import { formatBytes, formatCount } from '../../lib/number';
import classes from './Status.module.css';

const ADDRESS_NAMES: Partial<Record<string, string>> = {
  ui: 'Web UI and native API',
  elastic: 'Elasticsearch API',
  orchestrator: 'Orchestrator',
  prometheus: 'Prometheus API',
};

export function Figures({ status: { logs, addresses } }: { status: Status }) {
  const bytes = logs.bytes + logs.wal_bytes;
  const figures = [
    ['documents', formatCount(logs.documents)],
    ['on disk', formatBytes(bytes)],
    ['of it not packed yet', formatBytes(logs.wal_bytes)],
    ['bytes per document', logs.documents > 0 ? formatCount(Math.round(bytes / logs.documents)) : '–'],
    ['indices', formatCount(logs.indices)],
    ['segments', formatCount(logs.segments)],
  ] as const;
  return (
    <section className={classes.figures} aria-label="Log store and addresses">
      <dl className={classes.numbers}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dd>{value}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
      <dl className={classes.addresses}>
        {Object.entries(addresses).map(([name, address]) => (
          <div key={name}>
            <dt>{ADDRESS_NAMES[name] ?? name}</dt>
            <dd>{address ?? 'off'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
