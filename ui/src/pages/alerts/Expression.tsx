import { Link } from 'wouter';
import { metricsLink } from '../../lib/metricsUrl';
import classes from './Alerts.module.css';

/** Leads to where it can be looked into. */
export function Expression({ expr }: { expr: string }) {
  return (
    <Link href={metricsLink(expr)} className={classes.expression} title="Open in Metrics">
      {expr}
    </Link>
  );
}
