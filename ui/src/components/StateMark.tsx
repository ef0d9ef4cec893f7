import classes from './StateMark.module.css';

/** How bad a state is: what people look for has another shape as well as another colour. */
export type Urgency = 'good' | 'waiting' | 'bad' | 'unknown';

export function StateMark({ urgency }: { urgency: Urgency }) {
  return <span className={classes.mark} data-urgency={urgency} aria-hidden />;
}

export function StateBadge({ urgency, text }: { urgency: Urgency; text: string }) {
  return (
    <span className={classes.badge} data-urgency={urgency}>
      <StateMark urgency={urgency} />
      {text}
    </span>
  );
}
