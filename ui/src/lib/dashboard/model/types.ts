/** The parts of Grafana's dashboard model that are rendered; `readDashboard` makes them from a file. */

import type { Raw } from './read';

export interface DataSourceRef {
  type: string;
  uid: string;
}

export interface GridPos {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Target {
  refId: string;
  hide: boolean;
  /** Empty when the panel's own counts. */
  datasource: DataSourceRef | null;
  /** The query in its data source's own model. */
  query: Raw;
}

export interface ThresholdStep {
  color: string;
  /** Null in the first step: from minus infinity. */
  value: number | null;
}

export interface Thresholds {
  mode: 'absolute' | 'percentage';
  steps: ThresholdStep[];
}

export interface MappingResult {
  text?: string;
  color?: string;
}

export type ValueMapping =
  | { type: 'value'; options: Record<string, MappingResult> }
  | { type: 'range'; from: number | null; to: number | null; result: MappingResult }
  | { type: 'regex'; pattern: string; result: MappingResult }
  | { type: 'special'; match: string; result: MappingResult };

export interface FieldColor {
  mode: string;
  fixedColor: string;
  seriesBy: 'last' | 'min' | 'max';
}

export interface FieldLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

/** How a field is shown. What is absent has the panel's default. */
export interface FieldConfig {
  displayName?: string;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  color?: FieldColor;
  thresholds?: Thresholds;
  mappings?: ValueMapping[];
  links?: FieldLink[];
  /** What only one kind of panel understands, such as `lineWidth`. */
  custom: Raw;
}

export interface FieldOverride {
  matcher: { id: string; options: unknown };
  properties: { id: string; value: unknown }[];
}

export interface Transformation {
  id: string;
  disabled: boolean;
  options: Raw;
  /** The name of the frames it is for; all of them when absent. */
  filterRefId?: string;
}

export interface Panel {
  id: number;
  /** Differs between repetitions of one panel, which share the id. */
  key: string;
  type: string;
  title: string;
  description: string;
  transparent: boolean;
  gridPos: GridPos;
  datasource: DataSourceRef | null;
  targets: Target[];
  defaults: FieldConfig;
  overrides: FieldOverride[];
  options: Raw;
  transformations: Transformation[];
  links: FieldLink[];
  /** The least step, as text: `30s`, `$interval`. */
  interval: string;
  maxDataPoints?: number;
  timeFrom: string;
  timeShift: string;
  repeat: string;
  repeatDirection: 'h' | 'v';
  maxPerRow: number;
  /** Of a row: whether its panels are hidden, and those panels when they are. */
  collapsed: boolean;
  panels: Panel[];
  /** What this repetition of the panel stands for. */
  scoped: Record<string, { text: string; value: string }>;
}

export interface VariableOption {
  text: string;
  value: string;
}

export interface VariableDefinition {
  name: string;
  label: string;
  description: string;
  type: string;
  /** 0 shows name and control, 1 the control alone, 2 neither. */
  hide: 0 | 1 | 2;
  datasource: DataSourceRef | null;
  /** As the file has it: text, or the data source's own object. */
  query: unknown;
  definition: string;
  regex: string;
  sort: number;
  /** 1 asks when the dashboard is opened, 2 again when its time range changes. */
  refresh: number;
  multi: boolean;
  includeAll: boolean;
  allValue: string | null;
  options: VariableOption[];
  current: string[];
  auto: boolean;
  autoCount: number;
  autoMin: string;
}

export interface DashboardLink {
  title: string;
  type: string;
  url: string;
  tags: string[];
  keepTime: boolean;
  includeVars: boolean;
  targetBlank: boolean;
  tooltip: string;
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  refresh: string;
  from: string;
  to: string;
  /** 0 nothing, 1 a crosshair, 2 a crosshair and a tooltip on every panel. */
  graphTooltip: 0 | 1 | 2;
  variables: VariableDefinition[];
  links: DashboardLink[];
  panels: Panel[];
}
