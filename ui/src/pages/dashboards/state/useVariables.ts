import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sourceOptions } from '../../../lib/dashboard/dataSources';
import type { Dashboard } from '../../../lib/dashboard/model/types';
import { resolveVariables, scopeOf } from '../../../lib/dashboard/variables/resolve';
import { extend } from '../../../lib/dashboard/variables/builtIn';
import { addressScope } from '../../../lib/dashboard/dashboardUrl';
import { single, type Scope, type Variable } from '../../../lib/dashboard/variables/types';
import type { DashboardState } from './useDashboardView';
import { askValues } from './variableValues';

/** A variable that asks again when the time range changes. */
const ON_TIME_RANGE = 2;

export interface DashboardVariables {
  variables: readonly Variable[];
  /** Null until the first answer: queries with unknown variables would be wrong. */
  scope: Scope | null;
  error: Error | null;
}

export function useVariables(
  file: Dashboard | undefined,
  { view, range, asOf }: DashboardState,
): DashboardVariables {
  const definitions = file?.variables ?? NONE;
  const follows = definitions.some(({ refresh, type }) => type === 'query' && refresh === ON_TIME_RANGE);
  const selection = useMemo(() => [...view.variables], [view.variables]);
  const { data, error } = useQuery({
    queryKey: ['dashboard', file?.uid, 'variables', selection, follows ? [range, asOf] : 0],
    queryFn: ({ signal }) =>
      resolveVariables({
        definitions,
        selection: view.variables,
        range,
        sources: sourceOptions,
        ask: askValues(range, signal),
      }),
    placeholderData: keepPreviousData,
    enabled: file !== undefined,
  });
  const scope = useMemo(() => {
    if (!data || !file) return null;
    return extend(scopeOf(data, range), [
      ['__dashboard', single(file.title)],
      ['__dashboard.uid', single(file.uid)],
      ...addressScope(view),
    ]);
  }, [data, range, file, view]);
  return { variables: data ?? [], scope, error };
}

const NONE: Dashboard['variables'] = [];
