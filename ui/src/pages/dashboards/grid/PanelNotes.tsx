import { Link } from 'wouter';
import classes from './Grid.module.css';

export function UnsupportedType({ type }: { type: string }) {
  return (
    <div className={classes.blank} data-testid="unsupported">
      <b>
        Panels of the type <code>{type}</code> are not shown here.
      </b>
      <span>Grafana shows the same file in full.</span>
    </div>
  );
}

/** What SQL would be asked for has a page of its own. */
export function ForeignSource({ type }: { type: string }) {
  return (
    <div className={classes.blank} data-testid="foreign">
      <b>
        The data source <code>{type}</code> is not answered here.
      </b>
      <span>
        Tasks and agents are on the pages <Link href="/tasks">Tasks</Link> and{' '}
        <Link href="/agents">Agents</Link>.
      </span>
    </div>
  );
}

export function NoData({ text = 'No data' }: { text?: string | undefined }) {
  return (
    <div className={classes.blank} data-testid="no-data">
      {text}
    </div>
  );
}
