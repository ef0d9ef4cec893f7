import type { Field } from '../frames/frame';
import { displayName } from '../frames/names';
import { isRecord, number, record, text } from '../model/read';
import { toRegex } from '../field/mappings';
import type { Transform } from './apply';

/** Leaves out, orders and renames columns. */
export const organize: Transform = (frames, options) => {
  const excluded = record(options.excludeByName);
  const included = isRecord(options.includeByName) ? options.includeByName : {};
  const order = record(options.indexByName);
  const names = record(options.renameByName);
  const onlyIncluded = Object.values(included).includes(true);
  return frames.map((frame) => {
    const named = frame.fields.map((field) => ({ field, name: displayName(field, frame, frames) }));
    const kept = named.filter(({ name }) =>
      onlyIncluded ? included[name] === true : excluded[name] !== true,
    );
    const place = (name: string) => number(order[name]) ?? Number.MAX_SAFE_INTEGER;
    return {
      ...frame,
      fields: kept
        .toSorted((a, b) => place(a.name) - place(b.name))
        .map(({ field, name }) => renamed(field, text(names[name]))),
    };
  });
};

/** `regex` and `renamePattern`, with `$1` for groups. */
export const renameByRegex: Transform = (frames, options) => {
  const regex = toRegex(text(options.regex));
  if (!regex) return [...frames];
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      if (field.type === 'time') return field;
      const name = displayName(field, frame, frames);
      return regex.test(name) ? renamed(field, name.replace(regex, text(options.renamePattern))) : field;
    }),
  }));
};

function renamed(field: Field, name: string): Field {
  return name === '' ? field : { ...field, config: { ...field.config, displayName: name } };
}
