import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import type { Panel } from '../../../lib/dashboard/model/types';
import type { PanelData } from '../state/usePanelData';
import { PanelFailure } from './PanelFailure';
import { PanelBoundary } from './PanelBoundary';
import { ForeignSource, NoData, UnsupportedType } from './PanelNotes';

export interface PanelProps {
  panel: Panel;
  data: PanelData;
  title: string;
  /** CSS pixels of the place there is. */
  width: number;
  height: number;
}

type PanelComponent = LazyExoticComponent<ComponentType<PanelProps>>;

const TimeSeriesPanel = lazy(() => import('../panels/timeseries/TimeSeriesPanel'));
const StatPanel = lazy(() => import('../panels/stat/StatPanel'));
const GaugePanel = lazy(() => import('../panels/gauge/GaugePanel'));
const BarGaugePanel = lazy(() => import('../panels/bargauge/BarGaugePanel'));
const TablePanel = lazy(() => import('../panels/table/TablePanel'));
const HeatmapPanel = lazy(() => import('../panels/heatmap/HeatmapPanel'));
const LogsPanel = lazy(() => import('../panels/logs/LogsPanel'));
const TextPanel = lazy(() => import('../panels/text/TextPanel'));
const PiePanel = lazy(() => import('../panels/pie/PiePanel'));
const BarChartPanel = lazy(() => import('../panels/barchart/BarChartPanel'));

/** Panels by Grafana's name of their type; older names are those of the same picture. */
const PANELS: Readonly<Record<string, PanelComponent>> = {
  timeseries: TimeSeriesPanel,
  graph: TimeSeriesPanel,
  stat: StatPanel,
  singlestat: StatPanel,
  gauge: GaugePanel,
  bargauge: BarGaugePanel,
  table: TablePanel,
  'table-old': TablePanel,
  heatmap: HeatmapPanel,
  logs: LogsPanel,
  text: TextPanel,
  piechart: PiePanel,
  barchart: BarChartPanel,
};

/** These say by themselves that there is nothing. */
const SHOWS_NOTHING = new Set(['text', 'stat', 'singlestat']);

export function PanelBody(props: PanelProps) {
  const { panel, data } = props;
  const Picture = PANELS[panel.type];
  if (!Picture) return <UnsupportedType type={panel.type} />;
  const { foreign, prometheus, elastic } = data.questions;
  if (foreign[0] !== undefined && prometheus.length + elastic.length === 0) {
    return <ForeignSource type={foreign[0]} />;
  }
  const isEmpty = data.hits.length === 0 && data.frames.every(({ length }) => length === 0);
  if (isEmpty && data.faults.length > 0) return <PanelFailure faults={data.faults} />;
  if (!data.ready) return null;
  if (isEmpty && !SHOWS_NOTHING.has(panel.type)) return <NoData text={panel.defaults.noValue} />;
  return (
    <PanelBoundary>
      <Suspense fallback={null}>
        <Picture {...props} />
      </Suspense>
    </PanelBoundary>
  );
}
