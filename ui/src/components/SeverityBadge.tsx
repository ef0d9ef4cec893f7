import { severityGroup } from '../lib/severity';
import classes from './SeverityBadge.module.css';

/** The word and not only the colour; a foreign spelling is shown as it was sent. */
export function SeverityBadge({ severity }: { severity: string }) {
  return (
    <span className={classes.badge} data-severity={severityGroup(severity)}>
      {severity}
    </span>
  );
}
