import { IconAlertTriangle, IconExclamationCircle, IconInfoCircle } from '@tabler/icons-react';
import { ApiError } from '../../api/http';
import { rowLetter } from '../../lib/promql/rowLetter';
import type { RowAnswer } from './state/useMetricsData';
import classes from './Metrics.module.css';

/** The server repeats a warning for every series: more lines than this hide the answer. */
const MOST_LINES = 5;

interface Line {
  kind: 'error' | 'warning' | 'info';
  letter: string;
  text: string;
}

const ICONS = { error: IconExclamationCircle, warning: IconAlertTriangle, info: IconInfoCircle } as const;

/** What went wrong in a row while others have answers, and what the engine remarked. */
export function Notices({ rows }: { rows: readonly RowAnswer<unknown>[] }) {
  const lines = rows.flatMap((row) => linesOf(row));
  if (lines.length === 0) return null;
  const shown = lines.slice(0, MOST_LINES);
  return (
    <ul className={classes.notices} aria-label="Remarks of the server">
      {shown.map(({ kind, letter, text }) => {
        const Icon = ICONS[kind];
        return (
          <li
            key={`${kind} ${letter} ${text}`}
            data-kind={kind}
            role={kind === 'error' ? 'alert' : undefined}
          >
            <Icon size={15} aria-hidden />
            <b>
              {letter} {kind}
            </b>
            <span>{text}</span>
          </li>
        );
      })}
      {lines.length > shown.length && <li>and {lines.length - shown.length} more</li>}
    </ul>
  );
}

function linesOf({ index, answer, error }: RowAnswer<unknown>): Line[] {
  const letter = rowLetter(index);
  const line = (kind: Line['kind']) => (text: string) => ({ kind, letter, text });
  if (error) {
    const hint = error instanceof ApiError ? error.body.hint : undefined;
    return [line('error')(hint === undefined ? error.message : `${error.message}. ${hint}`)];
  }
  return [
    ...[...new Set(answer?.warnings)].map(withoutKind).map(line('warning')),
    ...[...new Set(answer?.infos)].map(withoutKind).map(line('info')),
  ];
}

/** The engine begins with the kind, which stands before the line already. */
function withoutKind(text: string): string {
  return text.replace(/^PromQL (warning|info): /, '');
}
