import { describe, expect, it } from 'vitest';
import { makeField, makeFrame, type Field } from '../frames/frame';
import { displayName } from '../frames/names';
import { readDashboard } from '../model/readDashboard';
import type { Panel } from '../model/types';
import { applyFieldConfig } from './apply';
import { displayer } from './display';
import { inkOn, scaleColor } from './gradient';
import { namedColor } from './palette';
import { activeStep, valueRange } from './thresholds';

function panel(fieldConfig: object): Panel {
  const [found] = readDashboard({ panels: [{ id: 1, fieldConfig }] }).panels;
  if (!found) throw new Error('no panel');
  return found;
}

const value = (name: string, values: unknown[], labels = {}): Field => ({
  ...makeField('Value', 'number', values),
  labels,
  sourceName: name,
});
const frame = (...fields: Field[]) => makeFrame('A', [makeField('Time', 'time', [0]), ...fields]);

function shown(field: Field, given: unknown) {
  return displayer(field, { scheme: 'light' })(given);
}

function configured(fieldConfig: object, name = 'cpu', values: unknown[] = [1]): Field {
  const field = applyFieldConfig([frame(value(name, values))], panel(fieldConfig))[0]?.fields[1];
  if (!field) throw new Error('no field');
  return field;
}

describe('applyFieldConfig', () => {
  it('lets overrides win over defaults, the later over the earlier', () => {
    const overrides = [
      { matcher: { id: 'byRegexp', options: '/^c/' }, properties: [{ id: 'unit', value: 'bytes' }] },
      {
        matcher: { id: 'byName', options: 'cpu' },
        properties: [
          { id: 'unit', value: 's' },
          { id: 'custom.lineWidth', value: 3 },
        ],
      },
      { matcher: { id: 'byType', options: 'time' }, properties: [{ id: 'unit', value: 'dateTimeFromNow' }] },
    ];
    const { config } = configured({
      defaults: { unit: 'short', custom: { lineWidth: 1, fillOpacity: 5 } },
      overrides,
    });
    expect(config.unit).toBe('s');
    expect(config.custom).toEqual({ lineWidth: 3, fillOpacity: 5 });
    expect(configured({ defaults: {}, overrides }, 'cores').config.unit).toBe('bytes');
  });
  it('does not give the unit of values to times', () => {
    const [first] = applyFieldConfig([frame(value('a', [1]))], panel({ defaults: { unit: 's' } }));
    expect(first?.fields[0]?.config.unit).toBeUndefined();
  });
});

describe('displayName', () => {
  it('fills in labels', () => {
    const field = {
      ...value('', [1], { job: 'x' }),
      config: { displayName: '${__field.labels.job}!', custom: {} },
    };
    const whole = frame(field);
    expect(displayName(field, whole, [whole])).toBe('x!');
  });
  it('shows all labels when series differ in several', () => {
    const a = frame(value('', [1], { job: 'x', zone: 'y' }));
    expect(a.fields[1] && displayName(a.fields[1], a, [a])).toBe('{job="x", zone="y"}');
  });
});

describe('displayer', () => {
  it('writes values with unit and decimals', () => {
    expect(shown(configured({ defaults: { unit: 's', decimals: 1 } }), 90).text).toBe('1.5 min');
    expect(shown(configured({ defaults: { noValue: 'none' } }), null).text).toBe('none');
  });
  it('maps values, ranges, patterns and what is missing', () => {
    const mappings = [
      { type: 'value', options: { 1: { text: 'up', color: 'green' } } },
      { type: 'range', options: { from: 5, to: null, result: { text: 'many' } } },
      { type: 'regex', options: { pattern: '/^v(\\d)/', result: { text: 'version $1' } } },
      { type: 'special', options: { match: 'null', result: { text: 'gone' } } },
    ];
    const field = configured({ defaults: { mappings } });
    expect([1, 7, 'v3', null, 2].map((each) => shown(field, each).text)).toEqual([
      'up',
      'many',
      'version 3',
      'gone',
      '2',
    ]);
    expect(shown(field, 1).color).toBe(namedColor('green', 'light'));
  });
  it('colours by thresholds, absolute or in percent of the range', () => {
    const steps = [
      { color: 'green', value: null },
      { color: 'red', value: 50 },
    ];
    const absolute = configured({ defaults: { thresholds: { mode: 'absolute', steps } } });
    expect(shown(absolute, 49).color).toBe(namedColor('green', 'light'));
    expect(shown(absolute, 50).color).toBe(namedColor('red', 'light'));
    const share = configured({ defaults: { min: 0, max: 10, thresholds: { mode: 'percentage', steps } } });
    expect(shown(share, 4).color).toBe(namedColor('green', 'light'));
    expect(shown(share, 6)).toMatchObject({ color: namedColor('red', 'light'), share: 0.6 });
  });
  it('writes instants as instants', () => {
    const time = makeField('Time', 'time', [0]);
    expect(shown(time, Date.parse('2026-01-31T11:00:00Z')).text).toBe('2026-01-31 12:00:00');
  });
});

describe('thresholds', () => {
  it('knows the ranges of percentages', () => {
    expect(valueRange({ unit: 'percent', custom: {} }, [3])).toEqual({ min: 0, max: 100 });
    expect(valueRange({ unit: 'percentunit', custom: {} }, [0.3])).toEqual({ min: 0, max: 1 });
    expect(valueRange({ max: 9, custom: {} }, [1, null, 4])).toEqual({ min: 1, max: 9 });
  });
  it('begins with the first step', () => {
    const steps = [
      { color: 'blue', value: null },
      { color: 'red', value: 0 },
    ];
    expect(activeStep(-1, { mode: 'absolute', steps }, { min: 0, max: 1 }).color).toBe('blue');
  });
});

describe('colours', () => {
  it('keeps what CSS knows', () => expect(namedColor('#123456', 'dark')).toBe('#123456'));
  it('goes along a scale, the other way on a dark page', () => {
    expect(scaleColor('Oranges', 1, 'light')).toBe('#a63603');
    expect(scaleColor('Oranges', 1, 'dark')).toBe('#fee6ce');
    expect(scaleColor('Viridis', 0, 'dark')).toBe('#440154');
  });
  it('writes so that it can be read', () => {
    expect(inkOn('#000000')).toBe('#ffffff');
    expect(inkOn('#fade2a')).toBe('#11151d');
  });
});
