import type { Scheme } from '../../chart/palette';
import { formatValue } from '../../units/units';
import type { Field } from '../frames/frame';
import { valueColor, type ColorContext } from './color';
import { mapValue } from './mappings';
import { namedColor } from './palette';
import { shareOf, valueRange, type ValueRange } from './thresholds';

/** One value as a person sees it. */
export interface Display {
  text: string;
  /** Null when there is no number to draw. */
  number: number | null;
  color: string;
  /** Whether a mapping or a threshold chose the colour, and not only the place in the list. */
  mapped: boolean;
  /** Between the least and the greatest value, 0 to 1. */
  share: number;
}

export type Displayer = (value: unknown) => Display;

export interface DisplayContext {
  scheme: Scheme;
  index?: number;
  name?: string;
  /** The range of all values that are compared with each other; the field's own when absent. */
  range?: ValueRange;
}

const DATE_UNIT = /^(dateTime|time:)/;

/** How values of this field are written and coloured. */
export function displayer(field: Field, context: DisplayContext): Displayer {
  const { config } = field;
  const range = context.range ?? valueRange(config, field.values);
  const colors: ColorContext = {
    scheme: context.scheme,
    index: context.index ?? 0,
    name: context.name ?? field.name,
    range,
  };
  const unit = unitOf(field);
  return (value) => {
    const mapping = config.mappings ? mapValue(value, config.mappings) : null;
    const number = numberOf(value, unit);
    return {
      text: mapping?.text ?? textOf(value, number, unit, config.decimals, config.noValue),
      number,
      color:
        mapping?.color === undefined
          ? valueColor(number, config, colors)
          : namedColor(mapping.color, colors.scheme),
      mapped: mapping?.color !== undefined,
      share: number === null ? 0 : shareOf(number, range),
    };
  };
}

function unitOf({ type, config }: Field): string | undefined {
  if (type === 'time') return DATE_UNIT.test(config.unit ?? '') ? config.unit : 'dateTimeAsIso';
  if (type === 'boolean') return config.unit?.startsWith('bool') ? config.unit : 'bool';
  return config.unit ?? (type === 'string' ? 'string' : 'none');
}

function numberOf(value: unknown, unit: string | undefined): number | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (DATE_UNIT.test(unit ?? '')) {
    const at = Date.parse(value);
    return Number.isNaN(at) ? null : at;
  }
  const parsed = Number(value);
  return unit === 'string' || Number.isNaN(parsed) ? null : parsed;
}

function textOf(
  value: unknown,
  number: number | null,
  unit: string | undefined,
  decimals: number | undefined,
  noValue: string | undefined,
): string {
  if (number !== null) return formatValue(number, unit, decimals);
  if (value === null || value === undefined || value === '') return noValue ?? '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return noValue ?? 'NaN';
  return JSON.stringify(value);
}
