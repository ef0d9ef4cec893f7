import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { dashboard } from '../../api/dashboards';
import { ApiError } from '../../api/http';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { dashboardPath } from '../../lib/dashboard/dashboardUrl';
import { readDashboard } from '../../lib/dashboard/model/readDashboard';
import { useAutoRefresh } from '../../state/useAutoRefresh';
import { Sections } from './grid/Sections';
import { DashboardContext, type DashboardContextValue } from './state/context';
import { useDashboardKeys } from './state/useDashboardKeys';
import { useDashboardView } from './state/useDashboardView';
import { useVariables } from './state/useVariables';
import { DashboardToolbar } from './toolbar/DashboardToolbar';
import { VariableBar } from './toolbar/VariableBar';
import classes from './Dashboard.module.css';

/** One dashboard, as its file and the URL say. */
export default function DashboardPage({ uid }: { uid: string }) {
  const { data, error } = useQuery({
    queryKey: ['dashboard', uid, 'file'],
    queryFn: ({ signal }) => dashboard(uid, signal),
    refetchOnMount: 'always',
  });
  const file = useMemo(() => (data === undefined ? undefined : readDashboard(data)), [data]);
  const state = useDashboardView(dashboardPath(uid), file);
  const { variables, scope, error: variablesError } = useVariables(file, state);
  useAutoRefresh(state.refreshSeconds, state.actions.refresh);
  useDashboardKeys(state);
  const context = useMemo<DashboardContextValue | null>(
    () => (file && scope ? { file, state, scope } : null),
    [file, scope, state],
  );
  if (!file) return error ? <Failed uid={uid} error={error} /> : <Loading label="Loading the dashboard" />;
  return (
    <div className={classes.page}>
      <DashboardToolbar file={file} state={state} />
      <VariableBar variables={variables} onChange={state.actions.setVariable} />
      <div className={classes.scroll}>
        {file.panels.length === 0 && <EmptyState title="This dashboard has no panels" />}
        {variablesError && <ErrorState title="The variables could not be read" error={variablesError} />}
        {context && (
          <DashboardContext value={context}>
            <Sections />
          </DashboardContext>
        )}
      </div>
    </div>
  );
}

function Failed({ uid, error }: { uid: string; error: Error }) {
  const missing = error instanceof ApiError && error.status === 404;
  if (!missing) return <ErrorState title="The dashboard could not be read" error={error} />;
  return (
    <EmptyState title="There is no such dashboard" detail={<code>{uid}</code>}>
      <Link href="/dashboards">All dashboards</Link>
    </EmptyState>
  );
}
