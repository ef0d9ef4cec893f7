import type { EntryKind, JourneyEntry } from '../../api/journeys';
import { severityGroup, type Severity } from '../severity';
import type { JourneyView } from './view';

/** An entry with a key that stays its own when more is known of the journey, and its time as a number. */
export interface KeyedEntry {
  key: string;
  at: number;
  entry: JourneyEntry;
}

export const KIND_LABELS: Record<EntryKind, string> = {
  error: 'Error',
  retry: 'Retry',
  attempt: 'Attempt',
  wait: 'Wait',
  handover: 'Handover',
  task: 'Task',
  event: 'Event',
  gap: 'Silence',
  heartbeat_gap: 'No heartbeat',
  heartbeat: 'Heartbeat',
  presence: 'Presence',
};

export function keyed(entries: readonly JourneyEntry[]): KeyedEntry[] {
  const used = new Map<string, number>();
  return entries.map((entry) => {
    const { document, kind, task_id, agent } = entry;
    const at = Date.parse(entry.at);
    const base = document ? `${document.index}/${document.id}` : [kind, at, task_id ?? agent ?? ''].join('.');
    const before = used.get(base) ?? 0;
    used.set(base, before + 1);
    return { key: before === 0 ? base : `${base}.${before}`, at, entry };
  });
}

export function filterEntries(entries: readonly KeyedEntry[], view: JourneyView): KeyedEntry[] {
  const words = view.query.toLowerCase();
  return entries.filter(
    ({ entry }) =>
      (view.kind === '' || entry.kind === view.kind) &&
      (view.agent === '' || entry.agent === view.agent) &&
      (view.task === '' || entry.task_id === view.task) &&
      (view.severity === '' || severityOf(entry) === view.severity) &&
      (words === '' || text(entry).includes(words)),
  );
}

/** What the severity filter goes by; entries of the state have one only when something is wrong. */
export function severityOf(entry: JourneyEntry): Severity | undefined {
  if (entry.severity === undefined) return undefined;
  const group = severityGroup(entry.severity);
  return group === 'OTHER' ? undefined : group;
}

/** How many of each, for what the other filters leave. */
export function countBy<K extends string>(
  entries: readonly KeyedEntry[],
  key: (entry: JourneyEntry) => K | null | undefined,
): Map<K, number> {
  const counts = new Map<K, number>();
  for (const { entry } of entries) {
    const of = key(entry);
    if (of) counts.set(of, (counts.get(of) ?? 0) + 1);
  }
  return counts;
}

function text({ message, event_type, agent, error, task_id }: JourneyEntry): string {
  return [message, event_type, agent, task_id, error?.type, error?.message].join('\n').toLowerCase();
}
