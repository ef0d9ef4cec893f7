import { makeField, makeFrame, typeOfValues, type Field } from '../frames/frame';
import { displayName } from '../frames/names';
import { record, text, texts } from '../model/read';
import { reducer, reducerLabel } from '../reduce/reducers';
import type { Transform } from './apply';
import { groupsOf } from './groups';

/** One row for each combination of the grouping columns, the others calculated over the rows of the group. */
export const groupBy: Transform = (frames, options) => {
  const plan = record(options.fields);
  return frames.map((frame) => {
    const named = frame.fields.map((field) => ({ field, name: displayName(field, frame, frames) }));
    const stepOf = (name: string) => record(plan[name]);
    const keys = named.filter(({ name }) => text(stepOf(name).operation) === 'groupby');
    if (keys.length === 0) return frame;
    const places = Array.from({ length: frame.length }, (_, index) => index);
    const groups = groupsOf(places, (place) => JSON.stringify(keys.map(({ field }) => field.values[place])));
    const rows = [...groups.values()];
    const keyFields = keys.map(({ field }) => ({
      ...field,
      values: rows.map((row) => field.values[row[0] ?? 0]),
    }));
    const calculated = named
      .filter(({ name }) => text(stepOf(name).operation) === 'aggregate')
      .flatMap(({ field, name }) =>
        texts(stepOf(name).aggregations).map((calc): Field => {
          const values = rows.map((row) => reducer(calc)(row.map((place) => field.values[place])));
          const column = makeField(`${name} (${reducerLabel(calc)})`, typeOfValues(values), values);
          return { ...column, config: field.config };
        }),
      );
    return makeFrame(frame.refId, [...keyFields, ...calculated]);
  });
};
