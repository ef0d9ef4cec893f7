import { IconAlertTriangle } from '@tabler/icons-react';
import type { LeftOut } from '../../../api/types';
import { formatCount } from '../../../lib/number';
import classes from './Results.module.css';

/** Damage is said where its results are missing: an answer that lacks some must not look whole. */
export function PartialNotice({ leftOut }: { leftOut: readonly LeftOut[] }) {
  if (leftOut.length === 0) return null;
  return (
    <div className={classes.partial} role="alert" data-testid="partial">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <b>The results are partial.</b> What is damaged on disk was left out:
        <ul>
          {leftOut.map(({ index, parts, reason }) => (
            <li key={index}>
              {formatCount(parts)} {parts === 1 ? 'part' : 'parts'} of <b>{index}</b>: {reason}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
