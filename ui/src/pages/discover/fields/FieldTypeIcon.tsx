import { IconCalendar, IconHash, IconLetterT, IconQuestionMark, IconToggleLeft } from '@tabler/icons-react';
import type { FieldType } from '../../../api/types';
import classes from './Fields.module.css';

const ICONS = {
  string: IconLetterT,
  number: IconHash,
  boolean: IconToggleLeft,
  date: IconCalendar,
  mixed: IconQuestionMark,
} as const satisfies Record<FieldType, typeof IconHash>;

export function FieldTypeIcon({ type }: { type: FieldType }) {
  const Icon = ICONS[type];
  return (
    <span className={classes.type} data-type={type} title={type}>
      <Icon size={12} stroke={2} aria-hidden />
    </span>
  );
}
