import { isRecord, list, number, oneOf, record, records, text, type Raw } from './read';
import type {
  FieldColor,
  FieldConfig,
  FieldLink,
  FieldOverride,
  MappingResult,
  Thresholds,
  ValueMapping,
} from './types';

export function readFieldConfig(raw: unknown): FieldConfig {
  const source = record(raw);
  const config: FieldConfig = { custom: record(source.custom) };
  for (const [name, value] of Object.entries(source)) setProperty(config, name, value);
  return config;
}

/** One property by the name that overrides use; names that start with `custom.` are the panel's own. */
export function setProperty(config: FieldConfig, id: string, value: unknown): void {
  if (id.startsWith('custom.')) {
    config.custom = { ...config.custom, [id.slice('custom.'.length)]: value };
    return;
  }
  const read = READERS[id as keyof typeof READERS] as ((value: unknown) => Partial<FieldConfig>) | undefined;
  if (read) Object.assign(config, read(value));
}

const READERS = {
  displayName: (value: unknown) => optional('displayName', text(value)),
  unit: (value: unknown) => optional('unit', text(value)),
  noValue: (value: unknown) => optional('noValue', text(value)),
  decimals: (value: unknown) => optional('decimals', number(value)),
  min: (value: unknown) => optional('min', number(value)),
  max: (value: unknown) => optional('max', number(value)),
  color: (value: unknown) => optional('color', isRecord(value) ? readColor(value) : undefined),
  thresholds: (value: unknown) => optional('thresholds', readThresholds(value)),
  mappings: (value: unknown) => ({ mappings: records(value).flatMap(readMapping) }),
  links: (value: unknown) => ({ links: readLinks(value) }),
};

function optional<K extends keyof FieldConfig>(name: K, value: FieldConfig[K] | '' | undefined) {
  return value === undefined || value === '' ? {} : { [name]: value };
}

function readColor(raw: Raw): FieldColor {
  return {
    mode: text(raw.mode, 'thresholds'),
    fixedColor: text(raw.fixedColor),
    seriesBy: oneOf(raw.seriesBy, ['last', 'min', 'max']),
  };
}

function readThresholds(raw: unknown): Thresholds | undefined {
  if (!isRecord(raw)) return undefined;
  const steps = records(raw.steps).map((step, index) => ({
    color: text(step.color, 'green'),
    value: index === 0 ? null : (number(step.value) ?? null),
  }));
  return steps.length === 0 ? undefined : { mode: oneOf(raw.mode, ['absolute', 'percentage']), steps };
}

function readMapping(raw: Raw): ValueMapping[] {
  const options = record(raw.options);
  const result = readResult(options.result);
  switch (raw.type) {
    case 'value':
      return [
        {
          type: 'value',
          options: Object.fromEntries(Object.entries(options).map(([key, each]) => [key, readResult(each)])),
        },
      ];
    case 'range':
      return [{ type: 'range', from: number(options.from) ?? null, to: number(options.to) ?? null, result }];
    case 'regex':
      return [{ type: 'regex', pattern: text(options.pattern), result }];
    case 'special':
      return [{ type: 'special', match: text(options.match), result }];
    default:
      return [];
  }
}

function readResult(raw: unknown): MappingResult {
  const source = record(raw);
  return {
    ...(typeof source.text === 'string' && source.text !== '' && { text: source.text }),
    ...(typeof source.color === 'string' && { color: source.color }),
  };
}

export function readLinks(raw: unknown): FieldLink[] {
  return records(raw)
    .map((link) => ({
      title: text(link.title, 'Link'),
      url: text(link.url),
      targetBlank: link.targetBlank === true,
    }))
    .filter((link) => link.url !== '');
}

export function readOverrides(raw: unknown): FieldOverride[] {
  return records(raw).map((override) => {
    const matcher = record(override.matcher);
    return {
      matcher: { id: text(matcher.id), options: matcher.options },
      properties: list(override.properties).map((property) => {
        const { id, value } = record(property);
        return { id: text(id), value };
      }),
    };
  });
}
