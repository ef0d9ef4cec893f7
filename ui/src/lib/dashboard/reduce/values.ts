import { displayName } from '../frames/names';
import { makeField, plainText, type Field, type Frame } from '../frames/frame';
import { flag, number, record, text, texts, type Raw } from '../model/read';
import { toRegex } from '../field/mappings';
import { isCount, reducer, reducerLabel } from './reducers';

/** One number that a stat, a gauge or a bar shows, with the values it was made of. */
export interface Reduced {
  name: string;
  /** Holds the one value, under the configuration of its field. */
  field: Field;
  value: unknown;
  /** What the small line is drawn from; empty for rows of a table. */
  history: readonly unknown[];
  times: readonly unknown[];
}

interface ReduceOptions {
  values: boolean;
  calcs: string[];
  fields: string;
  limit: number;
}

const MAX_VALUES = 25;

export function readReduceOptions(raw: unknown): ReduceOptions {
  const source: Raw = record(raw);
  const calcs = texts(source.calcs);
  return {
    values: flag(source.values),
    calcs: calcs.length > 0 ? calcs : ['lastNotNull'],
    fields: text(source.fields),
    limit: number(source.limit) ?? MAX_VALUES,
  };
}

/** The values that `reduceOptions` picks: one for each field and calculation, or one for each row. */
export function reducedValues(frames: readonly Frame[], raw: unknown): Reduced[] {
  const options = readReduceOptions(raw);
  const found = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => isWanted(field, frame, frames, options.fields))
      .flatMap((field) =>
        options.values ? byRow(field, frame, frames, options) : byCalculation(field, frame, frames, options),
      ),
  );
  return found.slice(0, options.values ? options.limit : MAX_VALUES * 4);
}

/** An empty choice means the numbers; else it is a pattern or a name. */
function isWanted(field: Field, frame: Frame, frames: readonly Frame[], fields: string): boolean {
  if (fields === '') return field.type === 'number';
  const name = displayName(field, frame, frames);
  return fields.startsWith('/') ? (toRegex(fields)?.test(name) ?? false) : name === fields;
}

function byCalculation(
  field: Field,
  frame: Frame,
  frames: readonly Frame[],
  { calcs }: ReduceOptions,
): Reduced[] {
  const name = displayName(field, frame, frames);
  const times = frame.fields.find((each) => each.type === 'time')?.values ?? [];
  return calcs.map((calc) => {
    const value = reducer(calc)(field.values);
    const shown = isCount(calc) ? { ...field, config: { ...field.config, unit: 'none' } } : field;
    return {
      name: calcs.length > 1 ? `${name} (${reducerLabel(calc)})` : name,
      field: shown,
      value,
      history: field.values,
      times,
    };
  });
}

/** A row is named by its texts, or by its time when it has none. */
function byRow(field: Field, frame: Frame, frames: readonly Frame[], { limit }: ReduceOptions): Reduced[] {
  const naming = frame.fields.filter((each) => each.type === 'string');
  return field.values.slice(0, limit).map((value, index) => {
    const words = naming.map((each) => plainText(each.values[index])).filter((word) => word !== '');
    const name = words.length > 0 ? words.join(' ') : displayName(field, frame, frames);
    return { name, field, value, history: [], times: [] };
  });
}

/** A field that holds all reduced values, for scales that compare them. */
export function asField(values: readonly Reduced[]): Field {
  const first = values[0]?.field;
  const field = makeField(
    'values',
    'number',
    values.map((each) => each.value),
  );
  return first ? { ...field, config: first.config } : field;
}
