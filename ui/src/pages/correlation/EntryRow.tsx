import { IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import type { JourneySpan } from '../../api/journeys';
import { SeverityBadge } from '../../components/SeverityBadge';
import { KIND_LABELS, type KeyedEntry } from '../../lib/journey/entries';
import { laneColor } from '../../lib/journey/lanes';
import { severityColor, severityGroup } from '../../lib/severity';
import { formatClock, formatDuration, formatTimestamp } from '../../lib/time/format';
import { EntryDetail } from './EntryDetail';
import classes from './Journey.module.css';

interface EntryRowProps {
  keyed: KeyedEntry;
  /** When the journey began. */
  start: number;
  /** What begins or ends here. */
  span: JourneySpan | undefined;
  color: number | undefined;
  open: boolean;
  active: boolean;
  onToggle: (key: string) => void;
}

export const EntryRow = memo(function EntryRow(props: EntryRowProps) {
  const { keyed, start, span, color, open, active, onToggle } = props;
  const { key, at, entry } = keyed;
  const group = severityGroup(entry.severity);
  return (
    <div style={{ '--row-color': severityColor(group), '--lane-color': laneColor(color) }}>
      <button
        type="button"
        tabIndex={-1}
        className={classes.row}
        data-kind={entry.kind}
        data-severity={group}
        data-active={active}
        data-slowest={span?.slowest === true}
        aria-expanded={open}
        onClick={() => onToggle(key)}
      >
        <IconChevronRight className={classes.chevron} size={14} aria-hidden />
        <span className={classes.clock} title={formatTimestamp(at)}>
          {formatClock(at)}
        </span>
        <span className={classes.offset} title="Since the beginning">
          +{formatDuration(at - start)}
        </span>
        <span className={classes.kind}>{KIND_LABELS[entry.kind]}</span>
        <span className={classes.agent}>{entry.agent}</span>
        <span>{entry.severity !== undefined && <SeverityBadge severity={entry.severity} />}</span>
        <span className={classes.clip}>{entry.event_type}</span>
        <span className={classes.message}>
          {entry.error && <span className={classes.exception}>{entry.error.type}</span>}
          {entry.message}
        </span>
      </button>
      {open && <EntryDetail entry={entry} span={span} />}
    </div>
  );
});
