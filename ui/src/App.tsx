import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Shell } from './components/shell/Shell';
import { PageBoundary } from './components/PageBoundary';
import { Loading } from './components/Loading';
import { queryClient } from './state/queryClient';
import { theme } from './theme';

const DiscoverPage = lazy(() => import('./pages/discover/DiscoverPage'));
const MetricsPage = lazy(() => import('./pages/metrics/MetricsPage'));
const AlertsPage = lazy(() => import('./pages/alerts/AlertsPage'));
const TargetsPage = lazy(() => import('./pages/targets/TargetsPage'));
const JourneyPage = lazy(() => import('./pages/correlation/JourneyPage'));
const AgentsPage = lazy(() => import('./pages/agents/AgentsPage'));
const ErrorsPage = lazy(() => import('./pages/errors/ErrorsPage'));
const ErrorPage = lazy(() => import('./pages/errors/ErrorPage'));
const TasksPage = lazy(() => import('./pages/tasks/TasksPage'));
const DashboardsPage = lazy(() => import('./pages/dashboards/DashboardsPage'));
const DashboardPage = lazy(() => import('./pages/dashboards/DashboardPage'));
const StatusPage = lazy(() => import('./pages/status/StatusPage'));
const NotFoundPage = lazy(() => import('./pages/NotFoundPage'));

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Shell>
          <PageBoundary>
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
