import type { ErrorGroup } from '../../api/errors';
import { StateBadge } from '../../components/StateMark';
import { formatIso } from '../../lib/time/format';

/** Where the group stands; one that was resolved and is back says so before anything else. */
export function GroupStateBadge({ group }: { group: ErrorGroup }) {
  if (group.state === 'resolved') return <StateBadge urgency="good" text="resolved" />;
  if (group.state === 'ignored') return <StateBadge urgency="unknown" text="ignored" />;
  if (group.regressed_at === null) return <StateBadge urgency="waiting" text="open" />;
  return (
    <span title={`It was resolved, and came back ${formatIso(group.regressed_at)}`}>
      <StateBadge urgency="bad" text="came back" />
    </span>
  );
}
