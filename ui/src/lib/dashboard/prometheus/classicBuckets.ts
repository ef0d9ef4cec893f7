import { parseValue } from '../../chart/align';
import { numberAt, timeFieldOf, type Field, type Frame } from '../frames/frame';

/**
 * Classic buckets count everything up to their bound. Each becomes what it has more than the one below it, and
 * the bounds are put into the order of their numbers.
 */
export function separateBuckets(frames: readonly Frame[]): Frame[] {
  const groups = new Map<string, Frame[]>();
  for (const frame of frames) {
    const key = groupKey(frame);
    groups.set(key, [...(groups.get(key) ?? []), frame]);
  }
  return [...groups.values()].flatMap((group) => {
    const ordered = group.toSorted((a, b) => boundOf(a) - boundOf(b));
    return ordered.map((frame, index) => withoutBelow(frame, ordered[index - 1]));
  });
}

function valueOf(frame: Frame): Field | undefined {
  return frame.fields.find((field) => field.type === 'number');
}

function boundOf(frame: Frame): number {
  return parseValue(valueOf(frame)?.labels?.le ?? '+Inf');
}

/** The buckets of one histogram differ in nothing but their bound. */
function groupKey(frame: Frame): string {
  const labels = Object.entries(valueOf(frame)?.labels ?? {}).filter(([name]) => name !== 'le');
  return JSON.stringify(labels.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutBelow(frame: Frame, below: Frame | undefined): Frame {
  const lower = below ? valueOf(below) : undefined;
  if (!below || !lower) return frame;
  const levels = new Map(
    (timeFieldOf(below)?.values ?? []).map((at, index) => [at, numberAt(lower.values, index) ?? 0]),
  );
  const times = timeFieldOf(frame)?.values ?? [];
  return {
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === 'number'
        ? {
            ...field,
            values: field.values.map((value, index) => difference(value, levels.get(times[index]))),
          }
        : field,
    ),
  };
}

/** Rounding in a rate can put a bucket a hair under the one below it. */
function difference(value: unknown, below = 0): unknown {
  return typeof value === 'number' && !Number.isNaN(value) ? Math.max(0, value - below) : value;
}
