import { parseValue } from '../../chart/align';
import { numberAt, timeFieldOf, type Field, type Frame } from '../frames/frame';

/** Counts by time and bucket, the lowest bucket first. */
export interface HeatmapCells {
  times: number[];
  /** Milliseconds that one column is wide. */
  stepMs: number;
  /** Names of the rows: their upper bounds where they have any. */
  rows: string[];
  /** The upper bounds as numbers, null where rows have only names. */
  bounds: number[] | null;
  /** By row, then by time. */
  counts: (number | null)[][];
  max: number;
}

interface Row {
  name: string;
  bound: number | null;
  parts: { field: Field; times: readonly unknown[] }[];
}

export function heatmapCells(frames: readonly Frame[]): HeatmapCells | null {
  const rows = rowsOf(frames);
  const instants = frames.flatMap((frame) => timeFieldOf(frame)?.values ?? []);
  const times = [...new Set(instants.filter((at) => typeof at === 'number'))].sort((a, b) => a - b);
  if (rows.length === 0 || times.length === 0) return null;
  const place = new Map(times.map((at, index) => [at, index]));
  const counts = rows.map((row) => countsOf(row, place, times.length));
  const bounds = rows.map(({ bound }) => bound);
  return {
    times,
    stepMs: rows[0]?.parts[0]?.field.stepMs ?? smallestGap(times),
    rows: rows.map(({ name }) => name),
    bounds: bounds.every((bound) => bound !== null) ? bounds : null,
    counts,
    max: counts.flat().reduce<number>((most, count) => Math.max(most, count ?? 0), 0),
  };
}

/** One row for each bound; histograms that differ in other labels are added up. */
function rowsOf(frames: readonly Frame[]): Row[] {
  const rows = new Map<string, Row>();
  for (const frame of frames) {
    const times = timeFieldOf(frame)?.values ?? [];
    for (const field of frame.fields.filter(({ type }) => type === 'number')) {
      const name = field.labels?.le ?? field.sourceName ?? field.name;
      const bound = name.trim() === '' ? NaN : parseValue(name);
      const row = rows.get(name) ?? { name, bound: Number.isNaN(bound) ? null : bound, parts: [] };
      row.parts.push({ field, times });
      rows.set(name, row);
    }
  }
  const found = [...rows.values()];
  return found.every(({ bound }) => bound !== null)
    ? found.sort((a, b) => (a.bound ?? 0) - (b.bound ?? 0))
    : found;
}

function countsOf({ parts }: Row, place: ReadonlyMap<number, number>, length: number): (number | null)[] {
  const counts = new Array<number | null>(length).fill(null);
  for (const { field, times } of parts) {
    times.forEach((at, index) => {
      const column = typeof at === 'number' ? place.get(at) : undefined;
      const count = numberAt(field.values, index);
      if (column !== undefined && count !== null) counts[column] = (counts[column] ?? 0) + count;
    });
  }
  return counts;
}

const LONE_COLUMN_MS = 60_000;

function smallestGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return gaps.length === 0 ? LONE_COLUMN_MS : Math.min(...gaps);
}
