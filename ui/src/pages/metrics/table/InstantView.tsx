import type { QueryResult } from '../../../api/prometheusTypes';
import { EmptyState } from '../../../components/EmptyState';
import { rowLetter } from '../../../lib/promql/rowLetter';
import { formatInstant } from '../../../lib/time/format';
import type { RowAnswer } from '../state/useMetricsData';
import { instantRows } from './instantRows';
import { InstantTable } from './InstantTable';
import classes from '../Metrics.module.css';

interface InstantViewProps {
  answers: readonly RowAnswer<QueryResult>[];
  at: number;
}

/** Every row's answer at the end of the range. */
export function InstantView({ answers, at }: InstantViewProps) {
  return (
    <div className={classes.instants}>
      {answers.map(({ index, expr, answer }) => {
        if (!answer) return null;
        const rows = instantRows(answer.data);
        return (
          <section key={index} aria-label={`Result of query ${rowLetter(index)}`}>
            <h2 className={classes.instantHead}>
              {answers.length > 1 && <b>{rowLetter(index)}</b>}
              <code>{expr}</code>
              <span>
                {rows.length} {rows.length === 1 ? 'value' : 'values'} at {formatInstant(at)}
              </span>
            </h2>
            {rows.length === 0 ? (
              <EmptyState
                title="No series has a value here"
                detail="The table shows the end of the time range. Choose an earlier end, or look at the graph."
              />
            ) : (
              <InstantTable rows={rows} />
            )}
          </section>
        );
      })}
    </div>
  );
}
