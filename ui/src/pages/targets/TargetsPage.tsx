import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { targets } from '../../api/prometheus';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { SearchInput } from '../../components/SearchInput';
import { parseTargetsView, targetsLink, type TargetsView } from '../../lib/targetsUrl';
import { useLive } from '../../state/useLive';
import { HealthChips } from './HealthChips';
import { TargetList } from './TargetList';

export default function TargetsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseTargetsView(search), [search]);
  const change = (patch: Partial<TargetsView>, replace = false) =>
    navigate(targetsLink({ ...view, ...patch }), { replace });
  const { data, error } = useLive(['prometheus', 'targets'], targets);
  const none = data?.activeTargets.length === 0 && data.droppedTargets.length === 0;
  return (
    <Page
      title="Targets"
      head={<HealthChips targets={data} value={view.filter} onChange={(filter) => change({ filter })} />}
      right={
        <SearchInput
          label="Search targets"
          value={view.search}
          onChange={(text) => change({ search: text }, true)}
        />
      }
    >
      {!data && !error && <Loading label="Loading the targets" />}
      {!data && error && <ErrorState title="The targets could not be read" error={error} />}
      {none && (
        <EmptyState
          title="Nothing is scraped yet"
          detail={
            <>
              Name what to scrape in the <code>scrape_configs</code> of <code>prometheus.yml</code>. Agents
              that register with the orchestrator under a <code>metrics_port</code> are found by themselves.
            </>
          }
        />
      )}
      {data && !none && <TargetList targets={data} view={view} onChange={change} />}
    </Page>
  );
}
