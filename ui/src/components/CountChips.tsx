import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatCount } from '../lib/number';
import classes from './CountChips.module.css';

export interface Chip<K extends string> {
  key: K;
  label: string;
  /** Undefined while it is not known; null where nothing is counted. */
  count: number | undefined | null;
  mark?: ReactNode;
}

interface CountChipsProps<K extends string> {
  label: string;
  chips: readonly Chip<K | ''>[];
  value: K | '';
  onChange: (key: K | '') => void;
}

/** The counts are the filter; all of them are always there, so that the row does not jump while they change. */
export function CountChips<K extends string>({ label, chips, value, onChange }: CountChipsProps<K>) {
  return (
    <div className={classes.chips} role="group" aria-label={label}>
      {chips.map(({ key, label: text, count, mark }) => (
        <UnstyledButton
          key={key}
          className={classes.chip}
          data-state={key}
          aria-pressed={value === key}
          onClick={() => onChange(value === key ? '' : key)}
        >
          {mark}
          <span className={classes.text}>{text}</span>{' '}
          {count !== null && <b>{count === undefined ? '–' : formatCount(count)}</b>}
        </UnstyledButton>
      ))}
    </div>
  );
}
