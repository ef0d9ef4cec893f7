import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useLocation, useParams, useSearch } from 'wouter';
import { CopyButton } from '../../components/CopyButton';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import page from '../../components/Page.module.css';
import { CorrelatedTasks } from './CorrelatedTasks';
import { Overview } from './Overview';
import { Summary } from './Summary';
import { TimelineList } from './TimelineList';
import { useCorrelation } from './useCorrelation';
import classes from './Correlation.module.css';

export default function CorrelationPage() {
  const { id } = useParams<{ id: string }>();
  const search = useSearch();
  const [path, navigate] = useLocation();
  const open = useMemo(() => new URLSearchParams(search).getAll('open'), [search]);
  const { pages, timeline, total } = useCorrelation(id);
  const toggle = (key: string) => {
    const next = open.includes(key) ? open.filter((each) => each !== key) : [...open, key];
    const params = new URLSearchParams(next.map((each) => ['open', each]));
    navigate(next.length === 0 ? path : `${path}?${params.toString()}`, { replace: true });
  };
  return (
    <Page
      title="Correlation"
      head={
        <span className={classes.id}>
          <code data-testid="correlation-id">{id}</code>
          <CopyButton text={() => id} label="Copy the correlation id" />
        </span>
      }
      right={total && <Summary id={id} timeline={timeline} total={total.value} />}
    >
      {pages.isPending && <Loading label="Collecting the events" />}
      {pages.error && !pages.data && (
        <ErrorState
          title="The events could not be read"
          error={pages.error}
          action={{ label: 'Try again', run: () => void pages.refetch() }}
        />
      )}
      {pages.data && timeline.events.length === 0 && (
        <EmptyState
          title="No event has this correlation id"
          detail="It may have been mistyped, or its events are older than the retention keeps."
        />
      )}
      {timeline.events.length > 0 && (
        <>
          <CorrelatedTasks id={id} />
          <Overview timeline={timeline} />
          <TimelineList timeline={timeline} open={open} onToggle={toggle} />
          {pages.hasNextPage && (
            <div className={classes.more}>
              <Button
                variant="default"
                loading={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                Load more
              </Button>{' '}
              <span className={page.soft}>the overview shows what is loaded</span>
            </div>
          )}
        </>
      )}
    </Page>
  );
}
