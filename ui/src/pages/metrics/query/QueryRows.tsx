import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { ApiError } from '../../../api/http';
import { formatQuery } from '../../../api/prometheus';
import { errorPosition } from '../../../lib/promql/errorPosition';
import { textRange, type TextRange } from '../../../lib/utf8';
import type { Metrics } from '../state/useMetricsState';
import { QueryRow } from './QueryRow';
import classes from '../Metrics.module.css';

interface QueryRowsProps {
  metrics: Metrics;
  /** By row. */
  errors: ReadonlyMap<number, Error>;
  onFocus: (index: number, insert: (text: string) => void) => void;
}

export function QueryRows({ metrics, errors, onFocus }: QueryRowsProps) {
  const { state, drafts, actions } = metrics;
  const format = async (index: number, draft: string) => {
    const formatted = await formatQuery(draft).catch((): null => null);
    // What cannot be parsed cannot be formatted: running it marks the place.
    if (formatted === null) actions.run({ index, text: draft });
    else actions.setDraft(index, formatted);
  };
  return (
    <div className={classes.rows} role="search" aria-label="Queries">
      {state.queries.map(({ expr, on }, index) => {
        const draft = drafts[index] ?? '';
        const error = errors.get(index);
        return (
          <QueryRow
            key={index}
            index={index}
            draft={draft}
            on={on}
            failed={error !== undefined}
            // A mark on a text that has changed would point at something else.
            fault={draft.trim() === expr ? faultOf(draft, error) : null}
            onlyOne={state.queries.length === 1}
            onDraft={(text) => actions.setDraft(index, text)}
            onRun={(text) => actions.run({ index, text })}
            onFormat={() => void format(index, draft)}
            onToggle={() => actions.toggleRow(index)}
            onRemove={() => actions.removeRow(index)}
            onFocus={(insert) => onFocus(index, insert)}
          />
        );
      })}
      <Button
        className={classes.add}
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={13} aria-hidden />}
        onClick={actions.addRow}
      >
        Add query
      </Button>
    </div>
  );
}

function faultOf(draft: string, error: Error | undefined): TextRange | null {
  if (!(error instanceof ApiError)) return null;
  const position = errorPosition(draft, error.message);
  return position && textRange(draft, position);
}
