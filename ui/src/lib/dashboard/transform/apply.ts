import { displayName } from '../frames/names';
import type { Frame } from '../frames/frame';
import type { Transformation } from '../model/types';
import { filterByName, filterByRefId } from './filter';
import { groupBy } from './groupBy';
import { joinByField } from './join';
import { labelsToFields } from './labelsToFields';
import { merge } from './merge';
import { organize, renameByRegex } from './organize';
import { reduceFrames } from './reduce';
import { limit, sortBy } from './rows';

export type Transform = (frames: readonly Frame[], options: Transformation['options']) => Frame[];

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  organize,
  merge,
  labelsToFields,
  joinByField,
  seriesToColumns: joinByField,
  reduce: reduceFrames,
  sortBy,
  limit,
  groupBy,
  renameByRegex,
  filterFieldsByName: filterByName,
  filterByRefId,
};

export interface Transformed {
  frames: Frame[];
  /** Transformations that are not known here, by their ids: the panel says so. */
  left: string[];
}

/** The panel's transformations, one after the other; each takes what the one before it gives. */
export function applyTransformations(
  frames: readonly Frame[],
  transformations: readonly Transformation[],
): Transformed {
  let current = [...frames];
  const left: string[] = [];
  for (const { id, disabled, options, filterRefId } of transformations) {
    if (disabled) continue;
    const transform = TRANSFORMS[id];
    if (!transform) {
      left.push(id);
      continue;
    }
    const meant = current.filter((frame) => filterRefId === undefined || frame.refId === filterRefId);
    const others = current.filter((frame) => !meant.includes(frame));
    current = [...others, ...transform(meant, options)];
  }
  return { frames: current, left };
}

/** Columns are spoken of by the names that people see. */
export function nameIn(frames: readonly Frame[]) {
  return (frame: Frame, index: number): string => {
    const field = frame.fields[index];
    return field ? displayName(field, frame, frames) : '';
  };
}
