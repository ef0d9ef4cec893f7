import { setProperty } from '../model/fieldConfig';
import type { FieldConfig, Panel } from '../model/types';
import type { Field, Frame } from '../frames/frame';
import { matches } from './matchers';

/** Frames whose fields carry the configuration of the panel: defaults first, then each override that matches. */
export function applyFieldConfig(frames: readonly Frame[], { defaults, overrides }: Panel): Frame[] {
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const config = merged(defaults, field);
      for (const { matcher, properties } of overrides) {
        if (!matches(matcher, field, frame, frames)) continue;
        for (const { id, value } of properties) setProperty(config, id, value);
      }
      return { ...field, config };
    }),
  }));
}

/** What a query or a transformation set is more special than the defaults of the panel. */
function merged(defaults: FieldConfig, field: Field): FieldConfig {
  const known = field.type === 'time' ? withoutUnit(defaults) : defaults;
  return { ...known, ...field.config, custom: { ...defaults.custom, ...field.config.custom } };
}

/** A panel in seconds does not show its times in seconds. */
function withoutUnit(defaults: FieldConfig): FieldConfig {
  const rest = { ...defaults };
  delete rest.displayName;
  delete rest.unit;
  delete rest.decimals;
  return rest;
}
