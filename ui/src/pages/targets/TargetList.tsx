import type { Targets } from '../../api/prometheusTypes';
import { EmptyState } from '../../components/EmptyState';
import { Section } from '../../components/Section';
import { droppedMatching, HEALTHS, poolsOf } from '../../lib/targets';
import type { TargetsView } from '../../lib/targetsUrl';
import { useNow } from '../../state/useNow';
import { DroppedTable } from './DroppedTable';
import { TargetTable } from './TargetTable';

interface TargetListProps {
  targets: Targets;
  view: TargetsView;
  onChange: (patch: Partial<TargetsView>, replace: boolean) => void;
}

export function TargetList({ targets, view, onChange }: TargetListProps) {
  const now = useNow(1_000);
  const { filter, search, closed } = view;
  if (filter === 'dropped') {
    const dropped = droppedMatching(targets.droppedTargets, search);
    return dropped.length > 0 ? (
      <DroppedTable targets={dropped} />
    ) : (
      <NoMatch filtered={search !== ''} dropped />
    );
  }
  const pools = poolsOf(targets.activeTargets, filter, search);
  if (pools.length === 0) return <NoMatch filtered={filter !== '' || search !== ''} />;
  const toggle = (name: string) =>
    closed.includes(name) ? closed.filter((each) => each !== name) : [...closed, name];
  return pools.map(({ name, targets: shown, counts }) => (
    <Section
      key={name}
      title={name}
      open={!closed.includes(name)}
      onToggle={() => onChange({ closed: toggle(name) }, true)}
      head={HEALTHS.filter((health) => counts[health] > 0).map((health) => (
        <span key={health}>
          {counts[health]} {health}
        </span>
      ))}
    >
      <TargetTable targets={shown} now={now} />
    </Section>
  ));
}

function NoMatch({ filtered, dropped = false }: { filtered: boolean; dropped?: boolean }) {
  if (filtered) return <EmptyState title="No target matches" />;
  return dropped ? (
    <EmptyState title="No target was dropped" detail="Targets that relabelling drops are listed here." />
  ) : (
    <EmptyState title="No target is scraped" detail="All targets were dropped by relabelling." />
  );
}
