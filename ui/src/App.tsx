import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { Shell } from './components/shell/Shell';
import { PageBoundary } from './components/PageBoundary';
import { lazyPage } from './components/lazyPage';
import { Loading } from './components/Loading';
import { queryClient } from './state/queryClient';
import { theme } from './theme';

const DiscoverPage = lazyPage(() => import('./pages/discover/DiscoverPage'));
const MetricsPage = lazyPage(() => import('./pages/metrics/MetricsPage'));
const AlertsPage = lazyPage(() => import('./pages/alerts/AlertsPage'));
const TargetsPage = lazyPage(() => import('./pages/targets/TargetsPage'));
const JourneyPage = lazyPage(() => import('./pages/correlation/JourneyPage'));
const AgentsPage = lazyPage(() => import('./pages/agents/AgentsPage'));
const ErrorsPage = lazyPage(() => import('./pages/errors/ErrorsPage'));
const ErrorPage = lazyPage(() => import('./pages/errors/ErrorPage'));
const TasksPage = lazyPage(() => import('./pages/tasks/TasksPage'));
const DashboardsPage = lazyPage(() => import('./pages/dashboards/DashboardsPage'));
const DashboardPage = lazyPage(() => import('./pages/dashboards/DashboardPage'));
const StatusPage = lazyPage(() => import('./pages/status/StatusPage'));
const NotFoundPage = lazyPage(() => import('./pages/NotFoundPage'));

export function App() {
  const [path] = useLocation();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Shell>
          <PageBoundary path={path}>
            <Suspense fallback={<Loading label="Loading the page" />}>
              <Switch>
                <Route path="/">
                  <Redirect to={`/discover${window.location.search}`} replace />
                </Route>
                <Route path="/discover" component={DiscoverPage} />
                <Route path="/metrics" component={MetricsPage} />
                <Route path="/alerts" component={AlertsPage} />
                <Route path="/targets" component={TargetsPage} />
                <Route path="/correlation/:id" component={JourneyPage} />
                <Route path="/journey/:id">
                  {({ id }) => (
                    <Redirect
                      to={`/correlation/${encodeURIComponent(id)}${window.location.search}`}
                      replace
                    />
                  )}
                </Route>
                <Route path="/agents" component={AgentsPage} />
                <Route path="/errors" component={ErrorsPage} />
                <Route path="/errors/:id">{({ id }) => <ErrorPage key={id} id={id} />}</Route>
                <Route path="/tasks" component={TasksPage} />
                <Route path="/dashboards" component={DashboardsPage} />
                <Route path="/dashboards/:uid">{({ uid }) => <DashboardPage key={uid} uid={uid} />}</Route>
                <Route path="/status" component={StatusPage} />
                <Route component={NotFoundPage} />
              </Switch>
            </Suspense>
          </PageBoundary>
        </Shell>
      </QueryClientProvider>
    </MantineProvider>
  );
}
