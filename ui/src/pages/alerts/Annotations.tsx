import type { LabelSet } from '../../api/prometheusTypes';
import classes from './Alerts.module.css';

/** The summary first, then the description, then what else the rule's author wrote. */
export function Annotations({ annotations }: { annotations: LabelSet }) {
  const { summary, description, ...rest } = annotations;
  return (
    <div className={classes.annotations}>
      {summary !== undefined && <div>{summary}</div>}
      {description !== undefined && <div className={classes.soft}>{description}</div>}
      {Object.entries(rest).map(([name, value]) => (
        <div key={name}>
          <span className={classes.soft}>{name}: </span>
          {isAddress(value) ? (
            <a href={value} target="_blank" rel="noreferrer">
              {value}
            </a>
          ) : (
            value
          )}
        </div>
      ))}
    </div>
  );
}

/** Anything else that a rule file could name, such as `javascript:`, stays text. */
function isAddress(value: string): boolean {
  return /^https?:\/\/\S+$/.test(value);
}
