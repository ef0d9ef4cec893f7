import { makeFrame, type Field, type Frame } from '../frames/frame';
import { displayName } from '../frames/names';
import type { Transform } from './apply';
import { groupsOf } from './groups';

type Row = Map<string, unknown>;

/**
 * All tables as one. Rows that agree in every column which both have become one row; others stay beside each
 * other.
 */
export const merge: Transform = (frames) => {
  const first = frames[0];
  if (!first || frames.length < 2) return [...frames];
  const columns = new Map<string, Field>();
  let rows: Row[] = [];
  let known: string[] = [];
  for (const frame of frames) {
    const names = frame.fields.map((field) => displayName(field, frame, frames));
    frame.fields.forEach((field, index) => {
      const name = names[index] ?? field.name;
      if (!columns.has(name)) columns.set(name, { ...field, name });
    });
    rows = mergeRows(
      rows,
      rowsOf(frame, names),
      known.filter((name) => names.includes(name)),
    );
    known = [...columns.keys()];
  }
  const fields = [...columns].map(([name, field]) => ({
    ...field,
    values: rows.map((row) => row.get(name) ?? null),
  }));
  return [makeFrame(first.refId, fields)];
};

function rowsOf(frame: Frame, names: readonly string[]): Row[] {
  return Array.from({ length: frame.length }, (_, index) => {
    const cells = frame.fields.map((field, column): [string, unknown] => [
      names[column] ?? field.name,
      field.values[index],
    ]);
    return new Map(cells);
  });
}

function mergeRows(rows: Row[], added: Row[], shared: readonly string[]): Row[] {
  const keyOf = (row: Row) => JSON.stringify(shared.map((name) => row.get(name) ?? null));
  const byKey = groupsOf(rows, keyOf);
  const merged = [...rows];
  for (const row of added) {
    const partner = byKey
      .get(keyOf(row))
      ?.find((other) => [...row.keys()].every((name) => shared.includes(name) || !other.has(name)));
    if (partner) row.forEach((value, name) => partner.set(name, value));
    else merged.push(row);
  }
  return merged;
}
