import { useMemo, useState } from 'react';
import type { MatrixResult } from '../../../api/prometheusTypes';
import { TimeSeriesChart } from '../../../components/charts/TimeSeriesChart';
import type { TimeSpan } from '../../../components/charts/types';
import { EmptyState } from '../../../components/EmptyState';
import type { Calculation } from '../../../lib/chart/statistics';
import { seriesName } from '../../../lib/promql/seriesName';
import { spanRange } from '../../../lib/time/moveSpan';
import { movedSpan } from '../../../lib/time/moveSpan';
import type { Grid, RowAnswer } from '../state/useMetricsData';
import type { Metrics } from '../state/useMetricsState';
import { DRAWN_AT_FIRST, DRAWN_AT_MOST, graphOf } from './graphSeries';
import { LimitNotice } from './LimitNotice';
import { PointsTable } from './PointsTable';
import { RowExemplars } from './RowExemplars';
import { useExemplarMarkers } from './useExemplarMarkers';
import classes from '../Metrics.module.css';

interface GraphViewProps {
  metrics: Metrics;
  grid: Grid;
  answers: readonly RowAnswer<MatrixResult>[];
}

export function GraphView({ metrics, grid, answers }: GraphViewProps) {
  const { state, actions } = metrics;
  const [all, setAll] = useState(false);
  const [calculations, setCalculations] = useState<Calculation[]>(['last', 'min', 'max', 'mean']);
  const graph = useMemo(() => {
    const rows = answers.flatMap(({ index, expr, answer }) =>
      answer ? [{ index, expr, result: answer.data.result }] : [],
    );
    return graphOf(rows, grid, all ? DRAWN_AT_MOST : DRAWN_AT_FIRST);
  }, [answers, grid, all]);
  const exemplars = useExemplarMarkers(metrics, grid);
  const left = useMemo(() => ({ unit: graph.unit }), [graph.unit]);
  const span = useMemo(() => ({ from: grid.from, to: grid.to }), [grid.from, grid.to]);
  const legend = useMemo(
    () => ({ placement: 'bottom' as const, calculations, onCalculations: setCalculations }),
    [calculations],
  );

  if (graph.total === 0) {
    return (
      <EmptyState
        title="No series in this range"
        detail="Choose a longer time range, check the label values, or browse the metrics that there are."
      />
    );
  }
  const zoom = ({ from, to }: TimeSpan) => actions.choose({ range: spanRange({ from, to }) });
  return (
    <div className={classes.graph}>
      <LimitNotice
        drawn={graph.series.length}
        total={graph.total}
        onAll={all ? undefined : () => setAll(true)}
      />
      {Object.keys(graph.shared).length > 0 && graph.series.length > 1 && (
        <div className={classes.shared}>
          All: <code>{seriesName(graph.shared)}</code>
        </div>
      )}
      <div className={classes.chart} data-busy={answers.some(({ busy }) => busy)}>
        <TimeSeriesChart
          label={`${graph.series.length} series over time; the points can be shown as a table`}
          x={graph.x}
          series={graph.series}
          span={span}
          left={left}
          stack={state.stacked ? 'normal' : 'none'}
          markers={exemplars.markers}
          legend={legend}
          onZoom={zoom}
          onZoomOut={() => actions.choose({ range: movedSpan(grid, 'wider', Date.now()) })}
        />
      </div>
      {state.exemplars && <RowExemplars found={exemplars} />}
      {state.points && <PointsTable graph={graph} />}
    </div>
  );
}
