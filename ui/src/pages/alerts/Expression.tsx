import { Link } from 'wouter';
import type { RuleOrigin } from '../../api/alerts';
import { metricsLink } from '../../lib/metricsUrl';
import { questionLink } from '../../lib/ruleOrigin';
import classes from './Alerts.module.css';

const PAGES: Record<RuleOrigin['source'], string> = {
  expr: 'Metrics',
  logs: 'Discover',
  errors: 'Errors',
  agents: 'Agents',
  tasks: 'Tasks',
};

/** Leads to where it can be looked into. */
export function Expression({ expr, origin }: { expr: string; origin?: RuleOrigin | undefined }) {
  return (
    <Link
      href={origin ? questionLink(origin) : metricsLink(expr)}
      className={classes.expression}
      title={`Open in ${PAGES[origin?.source ?? 'expr']}`}
    >
      {expr}
    </Link>
  );
}
