import { Select, Switch, Tabs } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { formatResolution, type MetricsViewKind } from '../../../lib/metricsUrl';
import { formatPromDuration } from '../../../lib/promql/duration';
import { parseResolution } from '../../../lib/promql/step';
import type { Grid } from '../state/useMetricsData';
import type { Metrics } from '../state/useMetricsState';
import classes from '../Metrics.module.css';

const STEPS = ['1s', '5s', '15s', '30s', '1m', '5m', '15m', '1h', '6h', '1d'];

interface ViewStripProps {
  metrics: Metrics;
  grid: Grid;
  /** What the answer is made of. */
  summary: string;
}

export function ViewStrip({ metrics, grid, summary }: ViewStripProps) {
  const { state, actions } = metrics;
  const { choose } = actions;
  return (
    <div className={classes.strip}>
      <Tabs
        value={state.view}
        onChange={(view) => choose({ view: (view ?? 'graph') as MetricsViewKind })}
        classNames={{ tab: classes.tab ?? '', list: classes.tabs ?? '' }}
      >
        <Tabs.List aria-label="View">
          <Tabs.Tab value="graph" leftSection={<IconChartLine size={15} aria-hidden />}>
            Graph
          </Tabs.Tab>
          <Tabs.Tab value="table" leftSection={<IconTable size={15} aria-hidden />}>
            Table
          </Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {state.view === 'graph' && (
        <>
          <Select
            aria-label="Resolution"
            w={190}
            data={resolutions(formatResolution(state.resolution), grid)}
            value={formatResolution(state.resolution)}
            onChange={(value) => choose({ resolution: parseResolution(value) })}
            allowDeselect={false}
          />
          <Switch
            size="xs"
            label="Stacked"
            checked={state.stacked}
            onChange={(event) => choose({ stacked: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Exemplars"
            checked={state.exemplars}
            onChange={(event) => choose({ exemplars: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Points as a table"
            checked={state.points}
            onChange={(event) => choose({ points: event.currentTarget.checked })}
          />
        </>
      )}
      <span className={classes.summary} role="status" data-testid="metrics-summary">
        {summary}
      </span>
    </div>
  );
}

function resolutions(current: string, grid: Grid) {
  const step = formatPromDuration(grid.step);
  const named = ['auto', 'fine', 'coarse'].map((value) => ({
    value,
    label: value === current ? `${NAMES[value] ?? value} (${step})` : (NAMES[value] ?? value),
  }));
  const steps = STEPS.includes(current) || NAMES[current] ? STEPS : [...STEPS, current];
  return [...named, ...steps.map((value) => ({ value, label: `Step ${value}` }))];
}

const NAMES: Partial<Record<string, string>> = {
  auto: 'Resolution: auto',
  fine: 'Resolution: fine',
  coarse: 'Resolution: coarse',
};
