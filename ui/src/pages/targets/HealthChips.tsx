import type { TargetHealth, Targets } from '../../api/prometheusTypes';
import { CountChips, type Chip } from '../../components/CountChips';
import { StateMark } from '../../components/StateMark';
import { countByHealth, HEALTHS } from '../../lib/targets';
import type { TargetsFilter } from '../../lib/targetsUrl';
import { URGENCY } from './urgency';

interface HealthChipsProps {
  targets: Targets | undefined;
  value: TargetsFilter;
  onChange: (filter: TargetsFilter) => void;
}

export function HealthChips({ targets, value, onChange }: HealthChipsProps) {
  const counts = targets && countByHealth(targets.activeTargets);
  const chips: Chip<TargetsFilter>[] = [
    { key: '', label: 'all', count: targets?.activeTargets.length },
    ...HEALTHS.map((health: TargetHealth) => ({
      key: health,
      label: health,
      count: counts?.[health],
      mark: <StateMark urgency={URGENCY[health]} />,
    })),
    { key: 'dropped', label: 'dropped', count: targets && droppedCount(targets) },
  ];
  return <CountChips label="Target health" chips={chips} value={value} onChange={onChange} />;
}

/** The server may keep only some of the dropped ones, and counts them all. */
function droppedCount({ droppedTargets, droppedTargetCounts }: Targets): number {
  const counts = Object.values(droppedTargetCounts ?? {});
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : droppedTargets.length;
}
