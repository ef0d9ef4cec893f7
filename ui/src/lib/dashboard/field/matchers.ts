import { text, texts, record } from '../model/read';
import type { FieldOverride } from '../model/types';
import type { Field, Frame } from '../frames/frame';
import { naturalName } from '../frames/names';
import { toRegex } from './mappings';

/** Whether an override is meant for a field. */
export function matches(
  { id, options }: FieldOverride['matcher'],
  field: Field,
  frame: Frame,
  frames: readonly Frame[],
): boolean {
  const named = () => [naturalName(field, frame, frames), field.name];
  switch (id) {
    case 'byName':
      return named().includes(text(options));
    case 'byNames': {
      const { names, mode } = record(options);
      const inList = named().some((name) => texts(names).includes(name));
      return mode === 'exclude' ? !inList && field.type !== 'time' : inList;
    }
    case 'byRegexp':
      return named().some((name) => toRegex(text(options))?.test(name) ?? false);
    case 'byType':
    case 'byTypes':
      return (typeof options === 'string' ? [options] : texts(options)).includes(field.type);
    case 'byFrameRefID':
      return frame.refId === text(options);
    case 'numeric':
      return field.type === 'number';
    case 'time':
      return field.type === 'time';
    default:
      return false;
  }
}
