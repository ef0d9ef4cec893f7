import type { Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import { record, text, texts } from '../model/read';
import { toRegex } from '../field/mappings';
import type { Transform } from './apply';

/** Keeps the fields that are included and not excluded, by list or by pattern. */
export const filterByName: Transform = (frames, options) => {
  const included = matcher(options.include);
  const excluded = matcher(options.exclude);
  return frames
    .map((frame) => ({
      ...frame,
      fields: frame.fields.filter((field) => {
        const name = displayName(field, frame, frames);
        return (included?.(name) ?? true) && !(excluded?.(name) ?? false);
      }),
    }))
    .filter((frame: Frame) => frame.fields.length > 0);
};

function matcher(raw: unknown): ((name: string) => boolean) | null {
  const { names, pattern } = record(raw);
  const listed = texts(names);
  const regex = text(pattern) === '' ? null : toRegex(text(pattern));
  if (listed.length === 0 && !regex) return null;
  return (name) => listed.includes(name) || (regex?.test(name) ?? false);
}

/** `include` is a pattern over the names of queries, such as `A|B`. */
export const filterByRefId: Transform = (frames, options) => {
  const wanted = toRegex(`^(?:${text(options.include, '.*')})$`);
  return frames.filter((frame) => wanted?.test(frame.refId) ?? true);
};
