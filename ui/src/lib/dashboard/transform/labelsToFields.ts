import { makeField, makeFrame, type Frame } from '../frames/frame';
import { text, texts } from '../model/read';
import { merge } from './merge';
import type { Transform } from './apply';

/**
 * Labels as columns beside the value, or, in the mode `rows`, as a list of names and values. `valueLabel` is the
 * label whose values name the columns of numbers.
 */
export const labelsToFields: Transform = (frames, options) => {
  const keep = texts(options.keepLabels);
  if (options.mode === 'rows') return frames.flatMap((frame) => labelRows(frame, keep));
  const valueLabel = text(options.valueLabel);
  const wide = frames.flatMap((frame) => columns(frame, keep, valueLabel));
  return merge(wide, {});
};

function columns(frame: Frame, keep: readonly string[], valueLabel: string): Frame[] {
  return frame.fields
    .filter((field) => field.type !== 'time' && field.labels)
    .map((field) => {
      const labels = Object.entries(field.labels ?? {}).filter(
        ([name]) => name !== valueLabel && (keep.length === 0 || keep.includes(name)),
      );
      const name = field.labels?.[valueLabel] ?? field.name;
      const time = frame.fields.filter((each) => each.type === 'time');
      return makeFrame(frame.refId, [
        ...time,
        ...labels.map(([label, value]) =>
          makeField(
            label,
            'string',
            field.values.map(() => value),
          ),
        ),
        { ...makeField(name, field.type, field.values), config: field.config },
      ]);
    });
}

function labelRows(frame: Frame, keep: readonly string[]): Frame[] {
  return frame.fields
    .filter((field) => field.labels)
    .map((field) => {
      const labels = Object.entries(field.labels ?? {}).filter(
        ([name]) => keep.length === 0 || keep.includes(name),
      );
      return makeFrame(frame.refId, [
        makeField(
          'label',
          'string',
          labels.map(([name]) => name),
        ),
        makeField(
          'value',
          'string',
          labels.map(([, value]) => value),
        ),
      ]);
    });
}
