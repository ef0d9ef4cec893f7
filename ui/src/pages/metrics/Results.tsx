import type { MatrixResult, QueryResult } from '../../api/prometheusTypes';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { GraphView } from './graph/GraphView';
import { FirstQuery } from './FirstQuery';
import type { Grid, RowAnswer } from './state/useMetricsData';
import type { Metrics } from './state/useMetricsState';
import { InstantView } from './table/InstantView';

interface ResultsProps {
  metrics: Metrics;
  grid: Grid;
  ranges: readonly RowAnswer<MatrixResult>[];
  instants: readonly RowAnswer<QueryResult>[];
  onExplore: () => void;
}

export function Results({ metrics, grid, ranges, instants, onExplore }: ResultsProps) {
  const graph = metrics.state.view === 'graph';
  const answers = graph ? ranges : instants;
  if (answers.length === 0) {
    return <FirstQuery onRun={(text) => metrics.actions.run({ index: 0, text })} onExplore={onExplore} />;
  }
  const error = answers.find((row) => row.error)?.error;
  if (error && answers.every((row) => row.error)) {
    return answers.length === 1 ? (
      <ErrorState
        title="The query could not be answered"
        error={error}
        action={{ label: 'Run again', run: () => metrics.actions.run() }}
      />
    ) : null;
  }
  if (answers.every(({ answer }) => !answer)) return <Loading label="Waiting for the answer" />;
  if (graph) return <GraphView metrics={metrics} grid={grid} answers={ranges} />;
  return <InstantView answers={instants} at={grid.to} />;
}
