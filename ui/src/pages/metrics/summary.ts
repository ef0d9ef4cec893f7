import { formatCount } from '../../lib/number';
import type { MetricsViewKind } from '../../lib/metricsUrl';
import { formatPromDuration } from '../../lib/promql/duration';
import type { Grid, RowAnswer } from './state/useMetricsData';

interface Counted {
  result: readonly unknown[];
}

/** `12 series · step 15s`, or what is being waited for. */
export function summaryOf(
  answers: readonly RowAnswer<Counted>[],
  { step }: Pick<Grid, 'step'>,
  view: MetricsViewKind,
): string {
  if (answers.length === 0) return '';
  if (answers.some(({ busy }) => busy)) return 'Asking…';
  const count = answers.reduce((sum, { answer }) => sum + (answer?.data.result.length ?? 0), 0);
  if (view === 'table') return '';
  return `${formatCount(count)} series · step ${formatPromDuration(step)}`;
}
