import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconZoomOut } from '@tabler/icons-react';
import { movedSpan, type SpanMove } from '../../../lib/time/moveSpan';
import type { TimeRange } from '../../../lib/time/range';
import type { Grid } from '../state/useMetricsData';

const BUTTONS = [
  { move: 'earlier', label: 'Earlier', Icon: IconChevronLeft },
  { move: 'wider', label: 'Zoom out', Icon: IconZoomOut },
  { move: 'later', label: 'Later', Icon: IconChevronRight },
] as const satisfies readonly { move: SpanMove; label: string; Icon: typeof IconZoomOut }[];

interface SpanButtonsProps {
  grid: Grid;
  onChange: (range: TimeRange) => void;
}

export function SpanButtons({ grid, onChange }: SpanButtonsProps) {
  return (
    <ActionIcon.Group>
      {BUTTONS.map(({ move, label, Icon }) => (
        <Tooltip key={move} label={label}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={label}
            onClick={() => onChange(movedSpan(grid, move, Date.now()))}
          >
            <Icon size={15} />
          </ActionIcon>
        </Tooltip>
      ))}
    </ActionIcon.Group>
  );
}
