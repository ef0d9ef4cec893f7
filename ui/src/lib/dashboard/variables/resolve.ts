import type { VariableDefinition, VariableOption } from '../model/types';
import { autoInterval, type FixedRange } from '../time/interval';
import { formatStep } from '../time/duration';
import { rangeScope } from './builtIn';
import { customOptions } from './custom';
import { interpolate, references } from './interpolate';
import { optionsFrom } from './options';
import { ALL, single, valueOf, type Scope, type Variable, type VariableValue } from './types';

/** Reads the values of a query variable from its data source. */
export type AskValues = (definition: VariableDefinition, scope: Scope) => Promise<string[]>;

export interface ResolveContext {
  definitions: readonly VariableDefinition[];
  /** What the URL says, by name. */
  selection: ReadonlyMap<string, readonly string[]>;
  range: FixedRange;
  /** Data sources by type, for variables that choose one. */
  sources: (type: string) => VariableOption[];
  ask: AskValues;
}

/** All variables with options and values; those that others refer to are asked first. */
export async function resolveVariables(context: ResolveContext): Promise<Variable[]> {
  const done = new Map<string, Variable>();
  for (const wave of waves(context.definitions)) {
    const scope = scopeOf([...done.values()], context.range);
    const resolved = await Promise.all(wave.map((definition) => resolveOne(definition, scope, context)));
    for (const variable of resolved) done.set(variable.definition.name, variable);
  }
  return context.definitions.flatMap(({ name }) => done.get(name) ?? []);
}

/** What the texts of a dashboard can refer to. */
export function scopeOf(variables: readonly Variable[], range: FixedRange): Scope {
  const entries: [string, VariableValue][] = rangeScope(range);
  for (const variable of variables) {
    const { definition, current } = variable;
    const isAuto = definition.type === 'interval' && current[0] === AUTO;
    const value = isAuto
      ? single(formatStep(autoInterval(range, definition.autoCount, definition.autoMin)), 'auto')
      : valueOf(variable);
    entries.push([definition.name, value]);
  }
  return new Map(entries);
}

const AUTO = '$__auto';

async function resolveOne(
  definition: VariableDefinition,
  scope: Scope,
  context: ResolveContext,
): Promise<Variable> {
  let options: VariableOption[] = [];
  let error: Error | null = null;
  try {
    options = await readOptions(definition, scope, context);
  } catch (cause) {
    error = cause instanceof Error ? cause : new Error(String(cause));
  }
  if (definition.includeAll) options = [{ text: 'All', value: ALL }, ...options];
  const wanted = context.selection.get(definition.name) ?? definition.current;
  return { definition, options, current: choose(definition, options, wanted, error !== null), error };
}

async function readOptions(
  definition: VariableDefinition,
  scope: Scope,
  context: ResolveContext,
): Promise<VariableOption[]> {
  const query = interpolate(typeof definition.query === 'string' ? definition.query : '', scope);
  switch (definition.type) {
    case 'query':
      return optionsFrom(
        await context.ask(definition, scope),
        interpolate(definition.regex, scope),
        definition.sort,
      );
    case 'interval': {
      const steps = customOptions(query);
      return definition.auto ? [{ text: 'auto', value: AUTO }, ...steps] : steps;
    }
    case 'custom':
      return customOptions(query);
    case 'constant':
      return [{ text: query, value: query }];
    case 'datasource':
      return filterByRegex(context.sources(query), definition.regex);
    default:
      return definition.options;
  }
}

function filterByRegex(options: VariableOption[], regex: string): VariableOption[] {
  if (regex === '') return options;
  const names = new Set(
    optionsFrom(
      options.map((each) => each.text),
      regex,
      0,
    ).map((each) => each.text),
  );
  return options.filter((each) => names.has(each.text));
}

/** What was asked for as far as it exists; a text box takes anything, and so does a variable that failed. */
function choose(
  { type, multi, query }: VariableDefinition,
  options: readonly VariableOption[],
  wanted: readonly string[],
  failed: boolean,
): string[] {
  if (type === 'textbox') return [wanted[0] ?? (typeof query === 'string' ? query : '')];
  if (type === 'constant') return [options[0]?.value ?? ''];
  const normal = wanted.map((value) => (value === 'All' || value === '$__all' ? ALL : value));
  const values = normal.includes(ALL) ? [ALL] : normal;
  if (failed) return values;
  const found = values.flatMap(
    (value) =>
      options.find((each) => each.value === value)?.value ??
      options.find((each) => each.text === value)?.value ??
      [],
  );
  const kept = multi ? found : found.slice(0, 1);
  if (kept.length > 0) return kept;
  return options[0] ? [options[0].value] : [];
}

/** Variables in groups, each depending on groups before it only; those in a circle come last, as they stand. */
function waves(definitions: readonly VariableDefinition[]): VariableDefinition[][] {
  const names = new Set(definitions.map((each) => each.name));
  const needs = new Map(
    definitions.map((each) => [
      each.name,
      references(
        `${JSON.stringify(each.query)} ${each.regex} ${each.definition} ${each.datasource?.uid ?? ''}`,
      ).filter((name) => names.has(name) && name !== each.name),
    ]),
  );
  const placed = new Set<string>();
  const found: VariableDefinition[][] = [];
  let rest = [...definitions];
  while (rest.length > 0) {
    const ready = rest.filter((each) => (needs.get(each.name) ?? []).every((name) => placed.has(name)));
    const wave = ready.length > 0 ? ready : rest;
    found.push(wave);
    for (const each of wave) placed.add(each.name);
    rest = rest.filter((each) => !wave.includes(each));
  }
  return found;
}
