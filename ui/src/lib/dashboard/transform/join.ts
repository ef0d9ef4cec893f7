import { makeFrame, type Field } from '../frames/frame';
import { displayName } from '../frames/names';
import { text } from '../model/read';
import type { Transform } from './apply';

/** Tables side by side, a row for each value of one column; `mode: "inner"` keeps what all of them have. */
export const joinByField: Transform = (frames, options) => {
  const first = frames[0];
  if (!first) return [];
  const wanted = text(options.byField);
  const keys = frames.map((frame) =>
    frame.fields.find((field) =>
      wanted === ''
        ? field.type === 'time'
        : [displayName(field, frame, frames), field.name].includes(wanted),
    ),
  );
  const rows = new Map<unknown, number[]>();
  keys.forEach((key, position) => {
    key?.values.forEach((value, index) => {
      const places = rows.get(value) ?? [];
      places[position] = index;
      rows.set(value, places);
    });
  });
  const inner = options.mode === 'inner';
  const kept = [...rows].filter(
    ([, places]) => !inner || keys.every((key, position) => !key || places[position] !== undefined),
  );
  const keyField = keys.find((key) => key !== undefined);
  if (!keyField) return [...frames];
  if (keyField.type === 'time') kept.sort(([a], [b]) => Number(a) - Number(b));
  const fields = frames.flatMap((frame, position) => {
    const key = keys[position];
    if (!key) return [];
    return frame.fields
      .filter((field) => field !== key)
      .map((field): Field => {
        const name = displayName(field, frame, frames);
        const values = kept.map(([, places]) => at(field, places[position]));
        return { ...field, name, values, ...(field.sourceName === undefined && { sourceName: name }) };
      });
  });
  return [makeFrame(first.refId, [{ ...keyField, values: kept.map(([value]) => value) }, ...fields])];
};

function at(field: Field, index: number | undefined): unknown {
  return index === undefined ? null : (field.values[index] ?? null);
}
