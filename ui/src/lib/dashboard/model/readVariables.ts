import { flag, list, number, record, records, text, texts, type Raw } from './read';
import { readDataSource } from './readDataSource';
import type { VariableDefinition, VariableOption } from './types';

export function readVariables(templating: unknown): VariableDefinition[] {
  return records(record(templating).list)
    .map(readVariable)
    .filter((variable) => variable.name !== '');
}

function readVariable(raw: Raw): VariableDefinition {
  const hide = number(raw.hide);
  return {
    name: text(raw.name),
    label: text(raw.label) || text(raw.name),
    description: text(raw.description),
    type: text(raw.type, 'custom'),
    hide: hide === 1 || hide === 2 ? hide : 0,
    datasource: readDataSource(raw.datasource),
    query: raw.query ?? '',
    definition: text(raw.definition),
    regex: text(raw.regex),
    sort: number(raw.sort) ?? 0,
    refresh: number(raw.refresh) ?? 0,
    multi: flag(raw.multi),
    includeAll: flag(raw.includeAll),
    allValue: typeof raw.allValue === 'string' && raw.allValue !== '' ? raw.allValue : null,
    options: records(raw.options).map(readOption),
    current: readCurrent(record(raw.current).value),
    auto: flag(raw.auto),
    autoCount: number(raw.auto_count) ?? 30,
    autoMin: text(raw.auto_min, '10s'),
  };
}

function readOption(raw: Raw): VariableOption {
  const value = text(raw.value);
  return { value, text: text(raw.text, value) };
}

function readCurrent(value: unknown): string[] {
  if (Array.isArray(value)) return texts(list(value));
  const one = text(value);
  return one === '' ? [] : [one];
}
