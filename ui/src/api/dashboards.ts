import { get } from './http';

export interface DashboardSummary {
  uid: string;
  title: string;
  tags: string[];
  folder: string;
}

export async function dashboards(signal?: AbortSignal): Promise<DashboardSummary[]> {
  const reply = await get<{ dashboards: DashboardSummary[] }>('/api/v1/dashboards', {}, signal);
  return reply.dashboards;
}

/** The file as it is: whatever a person has put into the folder. */
export function dashboard(uid: string, signal?: AbortSignal): Promise<unknown> {
  return get(`/api/v1/dashboards/${encodeURIComponent(uid)}`, {}, signal);
}
