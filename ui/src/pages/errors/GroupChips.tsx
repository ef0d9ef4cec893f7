import { GROUP_STATES, type GroupList, type GroupState } from '../../api/errors';
import { CountChips, type Chip } from '../../components/CountChips';

interface GroupChipsProps {
  counts: GroupList['counts'] | undefined;
  value: GroupState | '';
  onChange: (state: GroupState | '') => void;
}

export function GroupChips({ counts, value, onChange }: GroupChipsProps) {
  const total = counts && GROUP_STATES.reduce((sum, state) => sum + counts[state], 0);
  const chips: Chip<GroupState | ''>[] = [
    ...GROUP_STATES.map((state) => ({ key: state, label: state, count: counts?.[state] })),
    { key: '', label: 'all', count: total },
  ];
  return <CountChips label="State of the errors" chips={chips} value={value} onChange={onChange} />;
}
