/** The shapes of Prometheus's HTTP API v1, as far as the pages read them. */

export type LabelSet = Record<string, string>;

/** Seconds since 1970, and the value as Prometheus writes it (`NaN`, `+Inf` too). */
export type Sample = [number, string];

/** A bucket of a native histogram: which ends belong to it (0 to 3), its ends, its count. */
export type HistogramBucket = [number, string, string, string];

export interface HistogramValue {
  count: string;
  sum: string;
  buckets?: HistogramBucket[];
}

export type HistogramSample = [number, HistogramValue];

export interface InstantSeries {
  metric: LabelSet;
  value?: Sample;
  histogram?: HistogramSample;
}

export interface RangeSeries {
  metric: LabelSet;
  values?: Sample[];
  histograms?: HistogramSample[];
}

export type QueryResult =
  | { resultType: 'vector'; result: InstantSeries[] }
  | { resultType: 'matrix'; result: RangeSeries[] }
  | { resultType: 'scalar'; result: Sample }
  | { resultType: 'string'; result: Sample };

export interface MatrixResult {
  resultType: 'matrix';
  result: RangeSeries[];
}

/** What the engine noticed while it answered. */
export interface Annotations {
  warnings: string[];
  infos: string[];
}

export interface Answer<T> extends Annotations {
  data: T;
}

export interface Exemplar {
  labels: LabelSet;
  value: string;
  timestamp: number;
}

export interface ExemplarSeries {
  seriesLabels: LabelSet;
  exemplars: Exemplar[];
}

export interface MetricMetadata {
  type: string;
  help: string;
  unit: string;
}

export type TargetHealth = 'up' | 'down' | 'unknown';

export interface Target {
  discoveredLabels: LabelSet;
  labels: LabelSet;
  scrapePool: string;
  scrapeUrl: string;
  globalUrl: string;
  lastError: string;
  lastScrape: string;
  /** Seconds. */
  lastScrapeDuration: number;
  health: TargetHealth;
  scrapeInterval: string;
  scrapeTimeout: string;
}

export interface DroppedTarget {
  discoveredLabels: LabelSet;
  scrapePool?: string;
}

export interface Targets {
  activeTargets: Target[];
  droppedTargets: DroppedTarget[];
  droppedTargetCounts?: Record<string, number> | null;
}

export type AlertState = 'firing' | 'pending' | 'inactive';

export interface Alert {
  labels: LabelSet;
  annotations: LabelSet;
  state: AlertState;
  activeAt: string;
  keepFiringSince?: string;
  value: string;
}

interface RuleBase {
  name: string;
  query: string;
  labels?: LabelSet;
  health: 'ok' | 'err' | 'unknown';
  lastError?: string;
  lastEvaluation: string;
  /** Seconds. */
  evaluationTime: number;
}

export interface AlertingRule extends RuleBase {
  type: 'alerting';
  state: AlertState;
  /** Seconds. */
  duration: number;
  keepFiringFor?: number;
  annotations?: LabelSet;
  alerts?: Alert[];
}

export interface RecordingRule extends RuleBase {
  type: 'recording';
}

export type Rule = AlertingRule | RecordingRule;

export interface RuleGroup {
  name: string;
  file: string;
  rules: Rule[];
  /** Seconds. */
  interval: number;
  limit?: number;
  lastEvaluation: string;
  evaluationTime: number;
}
