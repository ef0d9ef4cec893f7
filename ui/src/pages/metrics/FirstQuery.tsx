import { Button } from '@mantine/core';
import { EmptyState } from '../../components/EmptyState';
import classes from './Metrics.module.css';

/** What every swarm has: who is up, what is going on, how long it takes, what fails. */
const EXAMPLES = [
  'up',
  'sum by (agent_type) (active_tasks)',
  'histogram_quantile(0.95, sum by (le, task_type) (rate(task_latency_seconds_bucket[5m])))',
  'sum by (error_type) (rate(errors_encountered_total[5m]))',
];

interface FirstQueryProps {
  onRun: (expr: string) => void;
  onExplore: () => void;
}

export function FirstQuery({ onRun, onExplore }: FirstQueryProps) {
  return (
    <EmptyState
      title="Ask for a metric"
      detail="Write PromQL above and press Enter, browse the metrics that there are, or start from one of these:"
    >
      <div className={classes.examples}>
        {EXAMPLES.map((expr) => (
          <button key={expr} type="button" className={classes.example} onClick={() => onRun(expr)}>
            {expr}
          </button>
        ))}
        <Button variant="default" onClick={onExplore}>
          Browse metrics
        </Button>
      </div>
    </EmptyState>
  );
}
