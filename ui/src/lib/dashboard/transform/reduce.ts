import { makeField, makeFrame, typeOfValues } from '../frames/frame';
import { displayName } from '../frames/names';
import { texts } from '../model/read';
import { isCount, reducer, reducerLabel } from '../reduce/reducers';
import type { Transform } from './apply';

/** One row for each series, one column for each calculation; or, in the mode `reduceFields`, one row in all. */
export const reduceFrames: Transform = (frames, options) => {
  const calcs = texts(options.reducers);
  if (options.mode === 'reduceFields') {
    return frames.map((frame) => ({
      ...frame,
      length: 1,
      fields: frame.fields
        .filter((field) => field.type !== 'time' || options.includeTimeField === true)
        .map((field) => ({ ...field, values: [reducer(calcs[0] ?? 'lastNotNull')(field.values)] })),
    }));
  }
  const rows = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => field.type === 'number')
      .map((field) => ({ field, name: displayName(field, frame, frames) })),
  );
  const columns = (calcs.length > 0 ? calcs : ['lastNotNull']).map((calc) => {
    const values = rows.map(({ field }) => reducer(calc)(field.values));
    const unit = rows[0]?.field.config.unit;
    const field = makeField(reducerLabel(calc), typeOfValues(values), values);
    return unit === undefined || isCount(calc) ? field : { ...field, config: { ...field.config, unit } };
  });
  const names = makeField(
    'Field',
    'string',
    rows.map(({ name }) => name),
  );
  return [makeFrame(frames[0]?.refId ?? 'A', [names, ...columns])];
};
