import type { AgentHealth } from '../../lib/agentHealth';
import page from '../../components/Page.module.css';
import { HEALTH_LABELS, HealthBadge } from './HealthBadge';

const SHOWN: readonly AgentHealth[] = ['active', 'silent', 'inactive', 'left', 'other'];

export function HealthSummary({ healths }: { healths: readonly AgentHealth[] }) {
  return (
    <span className={page.soft} role="status" data-testid="agents-summary">
      {SHOWN.map((health) => ({ health, count: healths.filter((each) => each === health).length }))
        .filter(({ count }) => count > 0)
        .map(({ health, count }) => (
          <span key={health} style={{ marginRight: 12 }}>
            <HealthBadge health={health} text={`${count} ${HEALTH_LABELS[health]}`} />
          </span>
        ))}
    </span>
  );
}
