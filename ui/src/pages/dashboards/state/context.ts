import { createContext, useContext } from 'react';
import type { Dashboard } from '../../../lib/dashboard/model/types';
import type { Scope } from '../../../lib/dashboard/variables/types';
import type { DashboardState } from './useDashboardView';

/** What every panel of the open dashboard needs to know. */
export interface DashboardContextValue {
  file: Dashboard;
  state: DashboardState;
  scope: Scope;
}

export const DashboardContext = createContext<DashboardContextValue | null>(null);

export function useDashboard(): DashboardContextValue {
  const value = useContext(DashboardContext);
  if (!value) throw new Error('A panel is drawn outside of a dashboard');
  return value;
}
