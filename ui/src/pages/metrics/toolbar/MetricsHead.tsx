import { Button } from '@mantine/core';
import { IconListSearch, IconPlayerPlay } from '@tabler/icons-react';
import { RefreshPicker } from '../../../components/time/RefreshPicker';
import { TimePicker } from '../../../components/time/TimePicker';
import type { Metrics } from '../state/useMetricsState';
import { HistoryMenu } from './HistoryMenu';
import { SpanButtons } from './SpanButtons';
import type { Grid } from '../state/useMetricsData';
import classes from '../Metrics.module.css';

interface MetricsHeadProps {
  metrics: Metrics;
  grid: Grid;
  busy: boolean;
  onExplore: () => void;
  onPick: (expr: string) => void;
}

export function MetricsHead({ metrics, grid, busy, onExplore, onPick }: MetricsHeadProps) {
  const { state, actions } = metrics;
  return (
    <div className={classes.head}>
      <h1 className={classes.title}>Metrics</h1>
      <Button
        variant="default"
        leftSection={<IconListSearch size={15} aria-hidden />}
        onClick={onExplore}
        aria-haspopup="dialog"
      >
        Browse metrics
      </Button>
      <HistoryMenu onPick={onPick} />
      <div className={classes.right}>
        <SpanButtons grid={grid} onChange={(range) => actions.choose({ range })} />
        <TimePicker
          value={state.range}
          onChange={(range) => {
            actions.refresh();
            actions.choose({ range });
          }}
        />
        <RefreshPicker
          seconds={state.refresh}
          busy={busy}
          onRefresh={actions.refresh}
          onSeconds={(refresh) => actions.choose({ refresh })}
        />
        <Button
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          title="Run all queries (Ctrl+Enter)"
          onClick={() => actions.run()}
        >
          Run
        </Button>
      </div>
    </div>
  );
}
