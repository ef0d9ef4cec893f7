import { CloseButton, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { dashboards } from '../../api/dashboards';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import { filterDashboards, parseListView, listPath, tagsOf, type ListView } from '../../lib/dashboard/list';
import { DashboardList } from './list/DashboardList';
import classes from './list/List.module.css';

/** Every dashboard of the folder, narrowed by words and tags. */
export default function DashboardsPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => parseListView(search), [search]);
  const change = (patch: Partial<ListView>) => navigate(listPath({ ...view, ...patch }), { replace: true });
  const { data, error } = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => dashboards(signal),
    refetchOnMount: 'always',
  });
  const shown = filterDashboards(data ?? [], view);
  const toggle = (tag: string) =>
    change({
      tags: view.tags.includes(tag) ? view.tags.filter((each) => each !== tag) : [...view.tags, tag],
    });
  return (
    <Page
      title="Dashboards"
      head={tagsOf(data ?? []).map((tag) => (
        <button
          key={tag}
          type="button"
          className={classes.tag}
          aria-pressed={view.tags.includes(tag)}
          onClick={() => toggle(tag)}
        >
          {tag}
        </button>
      ))}
      right={
        <TextInput
          w={240}
          data-shortcut="query"
          aria-label="Search dashboards"
          placeholder="Search dashboards"
          value={view.query}
          onChange={(event) => change({ query: event.currentTarget.value })}
          rightSection={
            view.query !== '' && (
              <CloseButton size="xs" aria-label="Clear the search" onClick={() => change({ query: '' })} />
            )
          }
        />
      }
    >
      {!data && !error && <Loading label="Loading the dashboards" />}
      {!data && error && <ErrorState title="The dashboards could not be read" error={error} />}
      {data && shown.length === 0 && (
        <EmptyState
          title={data.length === 0 ? 'There is no dashboard yet' : 'No dashboard matches'}
          detail={
            data.length === 0 ? (
              <>
                Put the JSON of a Grafana dashboard into <code>grafana/provisioning/dashboards</code>.
              </>
            ) : undefined
          }
        />
      )}
      {shown.length > 0 && <DashboardList dashboards={shown} onTag={toggle} />}
    </Page>
  );
}
