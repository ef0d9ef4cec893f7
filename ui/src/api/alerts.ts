import { get } from './http';
import type { AlertState, LabelSet } from './prometheusTypes';

/** One change of one alert's state. */
export interface AlertChange {
  /** Milliseconds since 1970. */
  at: number;
  file: string;
  group: string;
  rule: string;
  labels: LabelSet;
  annotations: LabelSet;
  from: AlertState;
  to: AlertState;
  /** As Prometheus writes it. */
  value: string;
}

/** The latest first. */
export async function alertHistory(signal?: AbortSignal): Promise<AlertChange[]> {
  return (await get<{ history: AlertChange[] }>('/api/v1/alerts/history', {}, signal)).history;
}
