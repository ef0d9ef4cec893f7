import { IconChevronRight } from '@tabler/icons-react';
import { DocumentView } from '../../components/document/DocumentView';
import type { LogActions } from '../../components/logs/actions';
import { SeverityBadge } from '../../components/SeverityBadge';
import { fieldValue, stringField } from '../../lib/flatten';
import { severityColor, severityGroup } from '../../lib/severity';
import { formatClock, formatDuration, formatTimestamp } from '../../lib/time/format';
import { laneColor, type Lane, type TimelineEvent } from '../../lib/timeline';
import { Lanes } from './Lanes';
import classes from './Correlation.module.css';

interface TimelineRowProps {
  event: TimelineEvent;
  lanes: readonly Lane[];
  laneIndex: number;
  open: boolean;
  onToggle: () => void;
}

export function TimelineRow({ event, lanes, laneIndex, open, onToggle }: TimelineRowProps) {
  const { hit, agent, at, offsetMs, gapMs } = event;
  const severity = stringField(hit.source, 'severity');
  const exception = fieldValue(hit.source, 'metadata.exception.type');
  const actions: LogActions = { toggleExpanded: onToggle };
  return (
    <li
      style={{
        '--row-color': severityColor(severityGroup(severity)),
        '--lane-color': laneColor(lanes[laneIndex]),
      }}
    >
      <button
        type="button"
        className={classes.row}
        data-severity={severityGroup(severity)}
        aria-expanded={open}
        onClick={onToggle}
      >
        <IconChevronRight className={classes.chevron} size={14} aria-hidden />
        <span className={classes.clock} title={formatTimestamp(at)}>
          {formatClock(at)}
        </span>
        <span className={classes.offset} title="Since the event before">
          {offsetMs === 0 && gapMs === 0 ? '' : `+${formatDuration(gapMs)}`}
        </span>
        <Lanes lanes={lanes} active={laneIndex} at={at} />
        <span className={classes.agent}>{agent}</span>
        <span>{severity !== '' && <SeverityBadge severity={severity} />}</span>
        <span className={classes.clip}>{stringField(hit.source, 'event_type')}</span>
        <span className={classes.message}>
          {typeof exception === 'string' && <span className={classes.exception}>{exception}</span>}
          {stringField(hit.source, 'message')}
        </span>
      </button>
      {open && (
        <div className={classes.document}>
          <DocumentView hit={hit} columns={[]} actions={actions} />
        </div>
      )}
    </li>
  );
}
