import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core';
import { IconIndentIncrease, IconX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { rowLetter } from '../../../lib/promql/rowLetter';
import type { TextRange } from '../../../lib/utf8';
import classes from '../Metrics.module.css';

const PromqlEditor = lazy(() => import('./PromqlEditor'));

export interface QueryRowProps {
  index: number;
  draft: string;
  on: boolean;
  /** Marks the row, and the place in it when the server named one. */
  failed: boolean;
  fault: TextRange | null;
  onlyOne: boolean;
  onDraft: (text: string) => void;
  onRun: (text: string) => void;
  onFormat: () => void;
  onToggle: () => void;
  onRemove: () => void;
  onFocus: (insert: (text: string) => void) => void;
}

export function QueryRow(props: QueryRowProps) {
  const { index, draft, on, failed, onlyOne } = props;
  const letter = rowLetter(index);
  return (
    <div className={classes.row} data-failed={failed} data-off={!on} data-testid="query-row">
      <Tooltip label={on ? 'Switch this query off' : 'Switch this query on'}>
        <UnstyledButton
          className={classes.letter}
          role="switch"
          aria-checked={on}
          aria-label={`Query ${letter}`}
          onClick={props.onToggle}
        >
          {letter}
        </UnstyledButton>
      </Tooltip>
      <div className={classes.editor}>
        <Suspense fallback={<span className={classes.fallback}>{draft}</span>}>
          <PromqlEditor
            value={draft}
            label={`PromQL ${letter}`}
            main={index === 0}
            fault={props.fault}
            onChange={props.onDraft}
            onSubmit={props.onRun}
            onFocus={props.onFocus}
          />
        </Suspense>
      </div>
      {draft.trim() !== '' && (
        <Tooltip label="Format">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            m={3}
            aria-label={`Format query ${letter}`}
            onClick={props.onFormat}
          >
            <IconIndentIncrease size={14} />
          </ActionIcon>
        </Tooltip>
      )}
      {(!onlyOne || draft !== '') && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          m={3}
          aria-label={onlyOne ? 'Clear the query' : `Remove query ${letter}`}
          onClick={props.onRemove}
        >
          <IconX size={14} />
        </ActionIcon>
      )}
    </div>
  );
}
