import type { Journey, JourneySpan } from '../../api/journeys';
import { severityGroup, type SeverityGroup } from '../severity';

/** A span in its lane. Times are parts of the whole, 0 to 1. */
export interface PlacedSpan {
  span: JourneySpan;
  /** Its place in the journey's spans. */
  index: number;
  /** Below the others that overlap it, from 0. */
  row: number;
  from: number;
  to: number;
}

/** An event, or several that fall on one place, as a mark. */
export interface Tick {
  at: number;
  severity: SeverityGroup;
}

export interface Lane {
  agent: string;
  /** Which of the lane colours; they repeat after the last. */
  color: number;
  rows: number;
  spans: PlacedSpan[];
  ticks: Tick[];
  events: number;
}

const LANE_COLORS = 8;
/** Places that a lane has for marks: about as many as it has pixels. */
const PLACES = 600;
/** Worse hides better where marks share a place. */
const BADNESS: readonly SeverityGroup[] = ['OTHER', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
/** Spans that touch share a row; the ends of a millisecond's rounding do not push one down. */
const TOUCHING = 1e-6;
const UNCLAIMED = 'nobody yet';

/** One lane an agent, in order of appearance; what waits for nobody in particular has the last. */
export function lanes(journey: Journey): Lane[] {
  const start = Date.parse(journey.started_at);
  const whole = Math.max(1, journey.duration_ms);
  const place = (iso: string) => Math.min(1, Math.max(0, (Date.parse(iso) - start) / whole));
  const byAgent = new Map<string, Lane>();
  const lane = (agent: string): Lane => {
    const known = byAgent.get(agent);
    if (known) return known;
    const added = { agent, color: byAgent.size % LANE_COLORS, rows: 1, spans: [], ticks: [], events: 0 };
    byAgent.set(agent, added);
    return added;
  };
  for (const agent of journey.agents) lane(agent.name).events = agent.events;
  journey.spans.forEach((span, index) => {
    // A handover is what lies between two bars of two lanes.
    if (span.kind === 'handover') return;
    const found = lane(span.agent ?? UNCLAIMED);
    found.spans.push({ span, index, row: 0, from: place(span.from), to: place(span.to) });
  });
  const marks = new Map<string, Map<number, SeverityGroup>>();
  for (const { agent, at, severity, document } of journey.entries) {
    if (!document || agent === null || !byAgent.has(agent)) continue;
    const slot = Math.round(place(at) * PLACES);
    const slots = marks.get(agent) ?? new Map<number, SeverityGroup>();
    marks.set(agent, slots);
    slots.set(slot, worse(slots.get(slot), severityGroup(severity)));
  }
  for (const each of byAgent.values()) {
    each.rows = pack(each.spans);
    const slots = marks.get(each.agent) ?? new Map<number, SeverityGroup>();
    each.ticks = [...slots].map(([slot, severity]) => ({ at: slot / PLACES, severity }));
  }
  return [...byAgent.values()];
}

/** Every span gets the first row in which nothing overlaps it; gives the number of rows. */
function pack(spans: PlacedSpan[]): number {
  const ends: number[] = [];
  for (const span of spans) {
    const free = ends.findIndex((end) => end <= span.from + TOUCHING);
    span.row = free === -1 ? ends.length : free;
    ends[span.row] = span.to;
  }
  return Math.max(1, ends.length);
}

function worse(a: SeverityGroup | undefined, b: SeverityGroup): SeverityGroup {
  return a !== undefined && BADNESS.indexOf(a) >= BADNESS.indexOf(b) ? a : b;
}

export function laneColor(color: number | undefined): string {
  return `var(--lane-${color ?? 0})`;
}
