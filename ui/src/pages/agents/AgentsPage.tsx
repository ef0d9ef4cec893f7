import { useMemo } from 'react';
import { agents } from '../../api/system';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { agentHealth, byUrgency } from '../../lib/agentHealth';
import { useLive } from '../../state/useLive';
import { useNow } from '../../state/useNow';
import { AgentsTable } from './AgentsTable';
import { HealthSummary } from './HealthSummary';

const TICK_MS = 1_000;

export default function AgentsPage() {
  const { data, error } = useLive(['agents'], agents);
  const now = useNow(TICK_MS);
  const sorted = useMemo(() => [...(data ?? [])].sort(byUrgency(now)), [data, now]);
  const healths = sorted.map((agent) => agentHealth(agent, now));
  return (
    <Page title="Agents" head={data && <HealthSummary healths={healths} />}>
      {!data && !error && <Loading label="Loading the agents" />}
      {!data && error && <ErrorState title="The agents could not be read" error={error} />}
      {data?.length === 0 && (
        <EmptyState
          title="No agent has registered yet"
          detail={
            <>
              Agents show here once they register with the orchestrator. Make one of your own with{' '}
              <code>./create_new_agent.py NAME --port PORT --skills SKILL</code>, or see the demo’s with{' '}
              <code>swarmscope up --demo</code>.
            </>
          }
        />
      )}
      {sorted.length > 0 && <AgentsTable agents={sorted} now={now} />}
    </Page>
  );
}
