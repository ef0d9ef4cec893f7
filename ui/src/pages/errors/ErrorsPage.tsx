import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { errorGroups } from '../../api/errors';
import { CountChips } from '../../components/CountChips';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { Pager } from '../../components/Pager';
import { errorsLink, parseErrorsView, type ErrorsView } from '../../lib/errorsUrl';
import { useLive } from '../../state/useLive';
import { ErrorsTable } from './ErrorsTable';
import { GroupChips } from './GroupChips';
import { GroupFilters } from './GroupFilters';

const PAGE_SIZE = 50;
/** Before every regression. */
const EVER = '1970-01-01T00:00:00Z';
const BACK = [{ key: 'back', label: 'came back', count: null }] as const;

export default function ErrorsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseErrorsView(search), [search]);
  const change = (patch: Partial<ErrorsView>, replace = false) =>
    navigate(errorsLink({ ...view, page: 0, ...patch }), { replace });

  const { data, error } = useLive(['errors', view], (signal) =>
    errorGroups(
      {
        state: view.state,
        query: view.query,
        agent: view.agent,
        type: view.type,
        correlation_id: view.correlation,
        version: view.version,
        task_type: view.taskType,
        from: view.since,
        ...(view.back && { regressed_after: EVER }),
        sort: view.sort,
        limit: PAGE_SIZE,
        offset: view.page * PAGE_SIZE,
      },
      signal,
    ),
  );
  return (
    <Page
      title="Errors"
      head={
        <>
          <GroupChips counts={data?.counts} value={view.state} onChange={(state) => change({ state })} />
          <CountChips
            label="Narrowed to"
            chips={BACK}
            value={view.back ? 'back' : ''}
            onChange={(key) => change({ back: key === 'back' })}
          />
        </>
      }
      right={<GroupFilters view={view} onChange={change} />}
    >
      {!data && !error && <Loading label="Loading the errors" />}
      {!data && error && <ErrorState title="The errors could not be read" error={error} />}
      {data?.total === 0 && <NoGroup view={view} />}
      {data && data.total > 0 && (
        <>
          <ErrorsTable
            groups={data.groups}
            sort={view.sort}
            since={view.since}
            onSort={(sort) => change({ sort })}
          />
          <Pager
            of="errors"
            page={view.page}
            pageSize={PAGE_SIZE}
            total={data.total}
            onChange={(page) => change({ page })}
          />
        </>
      )}
    </Page>
  );
}

function NoGroup({ view }: { view: ErrorsView }) {
  if (view.back) {
    return (
      <EmptyState
        title="No error came back"
        detail="One that is resolved and happens again shows here, and is open again."
      />
    );
  }
  const filters = [view.query, view.agent, view.type, view.correlation, view.version, view.taskType];
  if (filters.some((filter) => filter !== '')) return <EmptyState title="No error matches these filters" />;
  return (
    <EmptyState
      title={view.state === 'open' ? 'No open error in this time' : 'No error in this time'}
      detail="Events of severity ERROR and CRITICAL are grouped here as they arrive."
    />
  );
}
