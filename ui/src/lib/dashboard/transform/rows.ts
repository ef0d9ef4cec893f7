import { plainText, type Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import { number, records, text } from '../model/read';
import type { Transform } from './apply';

export const sortBy: Transform = (frames, options) => {
  const order = records(options.sort)[0];
  if (!order) return [...frames];
  const wanted = text(order.field);
  const sign = order.desc === true ? -1 : 1;
  return frames.map((frame) => {
    const field = frame.fields.find((each) => [displayName(each, frame, frames), each.name].includes(wanted));
    if (!field) return frame;
    const places = field.values.map((_, index) => index);
    return pick(
      frame,
      places.sort((a, b) => sign * compareValues(field.values[a], field.values[b])),
    );
  });
};

export const limit: Transform = (frames, options) => {
  const most = number(options.limitField) ?? 10;
  return frames.map((frame) =>
    pick(
      frame,
      Array.from({ length: Math.min(most, frame.length) }, (_, index) => index),
    ),
  );
};

/** The rows at these places, in this order. */
export function pick(frame: Frame, places: readonly number[]): Frame {
  return {
    ...frame,
    length: places.length,
    fields: frame.fields.map((field) => ({ ...field, values: places.map((place) => field.values[place]) })),
  };
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Numbers as numbers, everything else as words; what is missing comes first. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const missing = Number(b === null || b === undefined) - Number(a === null || a === undefined);
  return missing === 0 ? words.compare(plainText(a), plainText(b)) : missing;
}
