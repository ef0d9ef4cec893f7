import type { AlertState, RuleGroup } from '../../api/prometheusTypes';
import { CountChips, type Chip } from '../../components/CountChips';
import { StateMark } from '../../components/StateMark';
import { ALERT_STATES, countByState } from '../../lib/rules';
import { URGENCY } from './urgency';

interface AlertChipsProps {
  /** Null where the chips filter something that is not counted by rules. */
  groups: readonly RuleGroup[] | undefined | null;
  value: AlertState | '';
  onChange: (state: AlertState | '') => void;
}

export function AlertChips({ groups, value, onChange }: AlertChipsProps) {
  const counts = groups && countByState(groups);
  const total = counts ? counts.firing + counts.pending + counts.inactive : undefined;
  const counted = (count: number | undefined) => (groups === null ? null : count);
  const chips: Chip<AlertState | ''>[] = [
    { key: '', label: 'all', count: counted(total) },
    ...ALERT_STATES.map((state) => ({
      key: state,
      label: state,
      count: counted(counts?.[state]),
      mark: <StateMark urgency={URGENCY[state]} />,
    })),
  ];
  return <CountChips label="Alert state" chips={chips} value={value} onChange={onChange} />;
}
