import type { VariableDefinition, VariableOption } from '../model/types';

/** A variable with what can be chosen and what is. */
export interface Variable {
  definition: VariableDefinition;
  options: VariableOption[];
  /** The chosen values; `ALL` alone when everything is. */
  current: string[];
  /** Why the options could not be read. */
  error: Error | null;
}

/** What Grafana writes into links and files for "everything". */
export const ALL = '$__all';

export function isAll(values: readonly string[]): boolean {
  return values.length === 1 && values[0] === ALL;
}

/** What stands in a query for a variable. */
export interface VariableValue {
  values: string[];
  /** One for each value. */
  texts: string[];
  /** What people read for all of them together, such as `All`. */
  whole: string | null;
  /** Text that goes into queries as it is: the `allValue` of a dashboard's author. */
  verbatim: string | null;
  /** Whether several can be chosen: then even one is written as a pattern. */
  multi: boolean;
}

/** Everything that a text of a dashboard can refer to. */
export type Scope = ReadonlyMap<string, VariableValue>;

export function single(value: string, text = value): VariableValue {
  return { values: [value], texts: [text], whole: null, verbatim: null, multi: false };
}

export function valueOf({ definition, options, current }: Variable): VariableValue {
  const multi = definition.multi || definition.includeAll;
  if (isAll(current)) {
    const real = options.filter((option) => option.value !== ALL);
    return {
      values: real.map((option) => option.value),
      texts: real.map((option) => option.text),
      whole: 'All',
      verbatim: definition.allValue,
      multi,
    };
  }
  const texts = current.map((value) => options.find((option) => option.value === value)?.text ?? value);
  return { values: current, texts, whole: null, verbatim: null, multi };
}
