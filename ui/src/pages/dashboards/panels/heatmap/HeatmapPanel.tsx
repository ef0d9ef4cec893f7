import { lazy, Suspense, useMemo, useState } from 'react';
import { heatmapCells } from '../../../../lib/dashboard/panels/heatmapCells';
import { bucketText, heatmapStyle } from '../../../../lib/dashboard/panels/heatmap';
import { formatValue } from '../../../../lib/units/units';
import { useDashboard } from '../../state/context';
import { useZoom } from '../../state/useZoom';
import { NoData, UnsupportedType } from '../../grid/PanelNotes';
import type { PanelProps } from '../../grid/PanelBody';
import { HeatmapTooltip } from './HeatmapTooltip';
import type { HeatmapHover } from './heatmapOptions';
import classes from './Heatmap.module.css';

const HeatmapPlot = lazy(() => import('./HeatmapPlot'));

/** Buckets over time, darker where there is more. */
export default function HeatmapPanel({ panel, data, title }: PanelProps) {
  const { file } = useDashboard();
  const { frames, scheme, range } = data;
  const [hover, setHover] = useState<HeatmapHover | null>(null);
  const cells = useMemo(() => heatmapCells(frames), [frames]);
  const style = useMemo(() => cells && heatmapStyle(panel, cells, scheme), [panel, cells, scheme]);
  const zoom = useZoom();
  if (panel.options.calculate === true) return <UnsupportedType type="heatmap that calculates its buckets" />;
  if (!cells || !style) return <NoData />;
  return (
    <div className={classes.frame}>
      <div className={classes.plot}>
        <Suspense fallback={null}>
          <HeatmapPlot
            label={`${title}: ${cells.rows.length} buckets over time`}
            cells={cells}
            style={style}
            span={range}
            syncKey={file.graphTooltip === 0 ? undefined : `dashboard ${file.uid}`}
            scheme={scheme}
            onHover={setHover}
            {...zoom}
          />
        </Suspense>
        {hover && (
          <HeatmapTooltip
            hover={hover}
            cells={cells}
            bucket={bucketText(cells, style, hover.row)}
            count={formatValue(cells.counts[hover.row]?.[hover.column] ?? null, style.unit, style.decimals)}
          />
        )}
      </div>
      {style.legend && (
        <div className={classes.legend}>
          {formatValue(style.min, style.unit)}
          <span className={classes.scale} aria-hidden>
            {SHARES.map((share) => (
              <span
                key={share}
                style={{ background: style.color(style.min + (style.max - style.min) * share) ?? 'none' }}
              />
            ))}
          </span>
          {formatValue(style.max, style.unit)}
        </div>
      )}
    </div>
  );
}

const SHARES = Array.from({ length: 24 }, (_, index) => (index + 1) / 24);
