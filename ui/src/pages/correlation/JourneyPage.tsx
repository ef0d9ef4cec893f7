import { useMemo } from 'react';
import { Link, useParams } from 'wouter';
import { ApiError } from '../../api/http';
import type { Journey } from '../../api/journeys';
import { CopyButton } from '../../components/CopyButton';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { filterEntries, keyed } from '../../lib/journey/entries';
import { lanes as lanesOf } from '../../lib/journey/lanes';
import { journeyLink } from '../../lib/journey/view';
import { AgentMetrics } from './AgentMetrics';
import { EntryFilters } from './EntryFilters';
import { EntryList } from './EntryList';
import { JourneyLinks } from './JourneyLinks';
import { Summary } from './Summary';
import { TaskTree } from './TaskTree';
import { useJourney } from './useJourney';
import { useJourneyView } from './useJourneyView';
import { Waterfall } from './Waterfall';
import classes from './Journey.module.css';

export default function JourneyPage() {
  const { id } = useParams<{ id: string }>();
  const { data, error, isPending, refetch } = useJourney(id);
  const unknown = error instanceof ApiError && error.status === 404;
  return (
    <Page
      title="Journey"
      head={
        <span className={classes.id}>
          <code data-testid="correlation-id">{id}</code>
          <CopyButton text={() => id} label="Copy the correlation id" />
        </span>
      }
      right={data && <JourneyLinks journey={data} />}
    >
      {isPending && <Loading label="Collecting the journey" />}
      {unknown && <Unknown error={error} />}
      {error && !unknown && !data && (
        <ErrorState
          title="The journey could not be read"
          error={error}
          action={{ label: 'Try again', run: () => void refetch() }}
        />
      )}
      {data && !unknown && <Story journey={data} />}
    </Page>
  );
}

function Unknown({ error }: { error: ApiError }) {
  const { hint, suggestions = [] } = error.body;
  return (
    <EmptyState title="No event and no task has this correlation id" detail={hint}>
      {suggestions.map((id) => (
        <Link key={id} href={journeyLink(id)}>
          {id}
        </Link>
      ))}
    </EmptyState>
  );
}

function Story({ journey }: { journey: Journey }) {
  const [view, change] = useJourneyView();
  const lanes = useMemo(() => lanesOf(journey), [journey]);
  const colors = useMemo(() => new Map(lanes.map(({ agent, color }) => [agent, color])), [lanes]);
  const all = useMemo(() => keyed(journey.entries), [journey]);
  const shown = useMemo(() => filterEntries(all, view), [all, view]);
  const openSpan = (index: number) => {
    const found = all.find(({ entry }) => entry.span === index);
    const { task_id: task, agent } = journey.spans[index] ?? {};
    if (found) change({ kind: '', severity: '', query: '', task: task ?? '', agent: '', open: [found.key] });
    else change({ agent: agent ?? '' });
  };
  return (
    <div className={classes.story}>
      <div className={classes.above}>
        <Summary journey={journey} />
        <TaskTree tasks={journey.tasks} chosen={view.task} onChoose={(task) => change({ task })} />
        <Waterfall journey={journey} lanes={lanes} task={view.task} onOpen={openSpan} />
        <AgentMetrics journey={journey} colors={colors} />
      </div>
      <EntryFilters entries={all} shown={shown.length} view={view} colors={colors} onChange={change} />
      <EntryList
        journey={journey}
        entries={shown}
        colors={colors}
        open={view.open}
        onOpen={(open) => change({ open })}
      />
    </div>
  );
}
