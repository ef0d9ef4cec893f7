import { useMemo } from 'react';
import { TimeSeriesChart } from '../../../../components/charts/TimeSeriesChart';
import type { TimeSpan } from '../../../../components/charts/types';
import { legendOptions, tooltipMode } from '../../../../lib/dashboard/panels/legend';
import { timeSeriesData } from '../../../../lib/dashboard/panels/timeSeries';
import { useDashboard } from '../../state/context';
import { useZoom } from '../../state/useZoom';
import type { PanelProps } from '../../grid/PanelBody';

export default function TimeSeriesPanel({ panel, data, title }: PanelProps) {
  const { file } = useDashboard();
  const { frames, scheme, range } = data;
  const drawn = useMemo(() => timeSeriesData(frames, scheme), [frames, scheme]);
  const legend = useMemo(() => legendOptions(panel.options.legend), [panel.options.legend]);
  const span = useMemo<TimeSpan>(() => ({ from: range.from, to: range.to }), [range.from, range.to]);
  const zoom = useZoom();
  return (
    <TimeSeriesChart
      {...drawn}
      label={`${title}: ${drawn.series.length} series over time`}
      span={span}
      legend={legend}
      tooltip={tooltipMode(panel.options.tooltip)}
      syncKey={file.graphTooltip === 0 ? undefined : `dashboard ${file.uid}`}
      {...zoom}
    />
  );
}
