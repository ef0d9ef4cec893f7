import type { FieldConfig } from '../model/types';

/** Tables of columns: what every query gives and every panel draws. */

export type Labels = Readonly<Record<string, string>>;
export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'other';

export interface Field {
  name: string;
  type: FieldType;
  values: readonly unknown[];
  labels?: Labels;
  /** The name that the query itself gives, such as its legend. */
  sourceName?: string;
  /** Milliseconds between samples, where the query has a step: a longer pause is a gap. */
  stepMs?: number;
  config: FieldConfig;
}

export interface Frame {
  refId: string;
  name?: string;
  fields: Field[];
  length: number;
}

export const TIME_FIELD = 'Time';
export const VALUE_FIELD = 'Value';

export function makeFrame(refId: string, fields: Field[], name?: string): Frame {
  return { refId, fields, length: fields[0]?.values.length ?? 0, ...(name !== undefined && { name }) };
}

export function makeField(name: string, type: FieldType, values: readonly unknown[]): Field {
  return { name, type, values, config: { custom: {} } };
}

export function numberAt(values: readonly unknown[], index: number): number | null {
  const value = values[index];
  return typeof value === 'number' && !Number.isNaN(value) ? value : null;
}

export function timeFieldOf(frame: Frame): Field | undefined {
  return frame.fields.find((field) => field.type === 'time');
}

/** A value as a word, for keys and names; `Display` is for what people read. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** What a column of mixed origin holds, told by its first value. */
export function typeOfValues(values: readonly unknown[]): FieldType {
  const first = values.find((value) => value !== null && value !== undefined);
  if (typeof first === 'number') return 'number';
  if (typeof first === 'boolean') return 'boolean';
  return typeof first === 'object' ? 'other' : 'string';
}
