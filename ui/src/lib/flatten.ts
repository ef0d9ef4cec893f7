import type { Json, JsonObject } from '../api/types';

export interface FlatField {
  name: string;
  value: Json;
}

/** Objects become dotted names, as the query language speaks of them; arrays stay whole. */
export function flatten(source: JsonObject, prefix = ''): FlatField[] {
  return Object.entries(source).flatMap(([key, value]) => {
    const name = prefix + key;
    return isObject(value) && Object.keys(value).length > 0 ? flatten(value, `${name}.`) : [{ name, value }];
  });
}

/** Finds `metadata.correlation_id` whether the document nests it or spells the key with a dot. */
export function fieldValue(source: JsonObject, name: string): Json | undefined {
  const direct = source[name];
  if (direct !== undefined) return direct;
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const child = source[name.slice(0, dot)];
    if (!isObject(child)) continue;
    const found = fieldValue(child, name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

export function textOf(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

export function stringField(source: JsonObject, name: string): string {
  return textOf(fieldValue(source, name));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
