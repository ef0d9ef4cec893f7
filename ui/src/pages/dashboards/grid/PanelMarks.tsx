import { Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconBulb, IconClock, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Panel } from '../../../lib/dashboard/model/types';
import { interpolate } from '../../../lib/dashboard/variables/interpolate';
import type { PanelData } from '../state/usePanelData';
import classes from './Grid.module.css';

/** What has to be said beside the title: what the panel is about, another time, hints, warnings, queries that
 * failed. */
export function PanelMarks({ panel, data }: { panel: Panel; data: PanelData }) {
  const description = interpolate(panel.description, data.scope, 'text');
  const time = [panel.timeFrom && `last ${panel.timeFrom}`, panel.timeShift && `${panel.timeShift} earlier`]
    .filter((part) => part !== '')
    .join(', ');
  // When nothing at all can be drawn the faults stand in the panel itself.
  const faults = data.frames.length > 0 ? data.faults : [];
  return (
    <>
      {description !== '' && (
        <Mark kind="info" text={description} label="Description">
          <IconInfoCircle size={14} aria-hidden />
        </Mark>
      )}
      {time !== '' && (
        <Mark kind="info" text={`Shows the ${time}`} label="Time">
          <IconClock size={14} aria-hidden />
        </Mark>
      )}
      {data.hints.length > 0 && (
        <Mark kind="info" text={data.hints.join('\n')} label="Hints">
          <IconBulb size={14} aria-hidden />
        </Mark>
      )}
      {data.notes.length > 0 && (
        <Mark kind="warning" text={data.notes.join('\n')} label="Notes">
          <IconAlertTriangle size={14} aria-hidden />
        </Mark>
      )}
      {faults.length > 0 && (
        <Mark
          kind="fault"
          text={faults.map(({ refId, error }) => `${refId}: ${error.message}`).join('\n')}
          label="Failed"
        >
          <IconAlertTriangle size={14} aria-hidden />
        </Mark>
      )}
    </>
  );
}

function Mark({
  kind,
  text,
  label,
  children,
}: {
  kind: string;
  text: string;
  label: string;
  children: ReactNode;
}) {
  return (
    <Tooltip label={text} multiline maw={380} style={{ whiteSpace: 'pre-line' }}>
      <button type="button" className={classes.mark} data-kind={kind} aria-label={`${label}: ${text}`}>
        {children}
      </button>
    </Tooltip>
  );
}
