import type { Hit } from '../api/types';
import { stringField } from './flatten';

export interface TimelineEvent {
  hit: Hit;
  agent: string;
  at: number;
  /** Since the first event, and since the one before; 0 for the first. */
  offsetMs: number;
  gapMs: number;
}

export interface Lane {
  agent: string;
  /** Which of the lane colours; they repeat after the last. */
  color: number;
  count: number;
  first: number;
  last: number;
}

export interface Timeline {
  events: TimelineEvent[];
  lanes: Lane[];
  start: number;
  end: number;
}

export const LANE_COLORS = 8;

/** Hits in time order become offsets, gaps and one lane an agent, in the order in which they appear. */
export function buildTimeline(hits: readonly Hit[]): Timeline {
  const lanes = new Map<string, Lane>();
  const events: TimelineEvent[] = [];
  for (const hit of hits) {
    const before = events.at(-1);
    const at = hit.timestamp === null ? (before?.at ?? 0) : Date.parse(hit.timestamp);
    const agent = stringField(hit.source, 'agent_name') || hit.index;
    const start = events[0]?.at ?? at;
    events.push({ hit, agent, at, offsetMs: at - start, gapMs: before ? at - before.at : 0 });
    const lane = lanes.get(agent);
    if (lane) {
      lane.count += 1;
      lane.last = at;
    } else lanes.set(agent, { agent, color: lanes.size % LANE_COLORS, count: 1, first: at, last: at });
  }
  return { events, lanes: [...lanes.values()], start: events[0]?.at ?? 0, end: events.at(-1)?.at ?? 0 };
}

export function laneColor(lane: Lane | undefined): string {
  return `var(--lane-${lane?.color ?? 0})`;
}

const LONG_GAP_MS = 1_000;

/** A silence that a reader should see at a glance. */
export function isLongGap(event: TimelineEvent): boolean {
  return event.gapMs >= LONG_GAP_MS;
}
