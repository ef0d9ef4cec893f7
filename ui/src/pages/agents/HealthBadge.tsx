import type { AgentHealth } from '../../lib/agentHealth';
import classes from './Agents.module.css';

export const HEALTH_LABELS: Record<AgentHealth, string> = {
  active: 'active',
  silent: 'silent',
  inactive: 'inactive',
  left: 'left',
  other: 'other',
};

/** Shape and word differ as well as the colour. */
export function HealthBadge({ health, text }: { health: AgentHealth; text: string }) {
  return (
    <span className={classes.badge} data-health={health}>
      <span className={classes.dot} aria-hidden />
      {text}
    </span>
  );
}
