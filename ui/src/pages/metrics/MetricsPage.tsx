import { useDisclosure } from '@mantine/hooks';
import { useMemo, useRef } from 'react';
import { usualQuery, type ListedMetric } from '../../lib/promql/metricList';
import { useAutoRefresh } from '../../state/useAutoRefresh';
import { MetricExplorer } from './explorer/MetricExplorer';
import { Notices } from './Notices';
import { QueryRows } from './query/QueryRows';
import { Results } from './Results';
import { useGrid, useInstantAnswers, useRangeAnswers } from './state/useMetricsData';
import { useMetricsState } from './state/useMetricsState';
import { summaryOf } from './summary';
import { MetricsHead } from './toolbar/MetricsHead';
import { ViewStrip } from './toolbar/ViewStrip';
import classes from './Metrics.module.css';

export default function MetricsPage() {
  const metrics = useMetricsState();
  const { state, drafts, actions } = metrics;
  const grid = useGrid(metrics);
  const ranges = useRangeAnswers(metrics, grid, state.view === 'graph');
  const instants = useInstantAnswers(metrics, grid, state.view === 'table');
  const answers = state.view === 'graph' ? ranges : instants;
  const busy = answers.some((row) => row.busy);
  useAutoRefresh(state.refresh, actions.refresh);

  const errors = useMemo(
    () => new Map(answers.flatMap(({ index, error }) => (error ? [[index, error] as const] : []))),
    [answers],
  );
  const [explorer, explorerPanel] = useDisclosure(false);
  /** The row that was entered last: what is picked elsewhere goes there. */
  const entered = useRef<{ index: number; insert: (text: string) => void }>(null);
  const target = () => Math.min(entered.current?.index ?? 0, drafts.length - 1);

  const pickMetric = (metric: ListedMetric, usual: boolean) => {
    explorerPanel.close();
    const text = usual ? usualQuery(metric) : metric.name;
    // An empty row is asked at once; into an unfinished query the name is put, and its author goes on.
    if ((drafts[target()] ?? '').trim() === '' || !entered.current) actions.run({ index: target(), text });
    else entered.current.insert(text);
  };

  return (
    <div className={classes.page}>
      <MetricsHead
        metrics={metrics}
        grid={grid}
        busy={busy}
        onExplore={explorerPanel.open}
        onPick={(text) => actions.run({ index: target(), text })}
      />
      <QueryRows
        metrics={metrics}
        errors={errors}
        onFocus={(index, insert) => (entered.current = { index, insert })}
      />
      <ViewStrip metrics={metrics} grid={grid} summary={summaryOf(answers, grid, state.view)} />
      <div className={classes.body} data-testid="metrics-body" data-state={busy ? 'loading' : 'ready'}>
        {answers.length > 1 || errors.size === 0 ? <Notices rows={answers} /> : null}
        <Results
          metrics={metrics}
          grid={grid}
          ranges={ranges}
          instants={instants}
          onExplore={explorerPanel.open}
        />
      </div>
      <MetricExplorer opened={explorer} onClose={explorerPanel.close} onPick={pickMetric} />
    </div>
  );
}
