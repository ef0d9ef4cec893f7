import { get } from './http';
import type { AlertState, LabelSet } from './prometheusTypes';

/** One change of one alert's state. */
export interface AlertChange {
  time: string;
  alert: string;
  labels: LabelSet;
  from: AlertState;
  to: AlertState;
  value: number | string | null;
}

/** The latest first. */
export async function alertHistory(signal?: AbortSignal): Promise<AlertChange[]> {
  return (await get<{ history: AlertChange[] }>('/api/v1/alerts/history', {}, signal)).history;
}
