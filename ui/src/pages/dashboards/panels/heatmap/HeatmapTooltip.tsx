import { formatInstant } from '../../../../lib/time/format';
import type { HeatmapCells } from '../../../../lib/dashboard/panels/heatmapCells';
import type { HeatmapHover } from './heatmapOptions';
import classes from './Heatmap.module.css';

interface HeatmapTooltipProps {
  hover: HeatmapHover;
  cells: HeatmapCells;
  bucket: string;
  count: string;
}

export function HeatmapTooltip({ hover, cells, bucket, count }: HeatmapTooltipProps) {
  return (
    <div className={classes.tooltip} style={{ left: hover.left }} data-late={hover.late} aria-hidden>
      <div className={classes.tooltipTime}>{formatInstant(cells.times[hover.column] ?? 0)}</div>
      <div>
        {bucket} <b>{count}</b>
      </div>
    </div>
  );
}
