import type { MappingResult, ValueMapping } from '../model/types';

/** What a value is shown as, by the first mapping that knows it. */
export function mapValue(value: unknown, mappings: readonly ValueMapping[]): MappingResult | null {
  for (const mapping of mappings) {
    const found = resultOf(mapping, value);
    if (found) return found;
  }
  return null;
}

function resultOf(mapping: ValueMapping, value: unknown): MappingResult | null {
  switch (mapping.type) {
    case 'value':
      return isPlain(value) ? (mapping.options[String(value)] ?? null) : null;
    case 'range': {
      const number = typeof value === 'string' && value !== '' ? Number(value) : value;
      if (typeof number !== 'number' || Number.isNaN(number)) return null;
      const inside = number >= (mapping.from ?? -Infinity) && number <= (mapping.to ?? Infinity);
      return inside ? mapping.result : null;
    }
    case 'regex':
      return typeof value === 'string' ? byRegex(mapping.pattern, value, mapping.result) : null;
    case 'special':
      return isSpecial(value, mapping.match) ? mapping.result : null;
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A text may use the groups of its pattern. */
function byRegex(pattern: string, value: string, result: MappingResult): MappingResult | null {
  const regex = toRegex(pattern);
  if (!regex?.test(value)) return null;
  return result.text === undefined ? result : { ...result, text: value.replace(regex, result.text) };
}

/** `/pattern/flags` or a bare pattern; null when it is none. */
export function toRegex(text: string): RegExp | null {
  const slashed = /^\/(.*)\/([dimsuv]*)g?$/s.exec(text);
  try {
    return slashed ? new RegExp(slashed[1] ?? '', slashed[2]) : new RegExp(text);
  } catch {
    return null;
  }
}

function isSpecial(value: unknown, match: string): boolean {
  const isNull = value === null || value === undefined;
  const isNaN = typeof value === 'number' && Number.isNaN(value);
  switch (match) {
    case 'null':
      return isNull;
    case 'nan':
      return isNaN;
    case 'null+nan':
      return isNull || isNaN;
    case 'true':
      return value === true;
    case 'false':
      return value === false;
    case 'empty':
      return value === '';
    default:
      return false;
  }
}
