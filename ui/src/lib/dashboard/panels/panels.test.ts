import { describe, expect, it } from 'vitest';
import { applyFieldConfig } from '../field/apply';
import { makeField, makeFrame, type Field } from '../frames/frame';
import { readDashboard } from '../model/readDashboard';
import type { Panel } from '../model/types';
import { barChart } from './barChart';
import { gaugeDials } from './gauge';
import { bucketText, heatmapStyle } from './heatmap';
import { heatmapCells } from './heatmapCells';
import { legendOptions } from './legend';
import { slices } from './pie';
import { statTiles } from './stat';
import { fileSort, rowOrder, tableColumns } from './table';
import { timeSeriesData } from './timeSeries';

function panel(raw: object): Panel {
  const [found] = readDashboard({ panels: [{ id: 1, ...raw }] }).panels;
  if (!found) throw new Error('no panel');
  return found;
}

function series(name: string, times: number[], values: unknown[], more: Partial<Field> = {}) {
  return makeFrame('A', [
    makeField('Time', 'time', times),
    { ...makeField('Value', 'number', values), sourceName: name, stepMs: 10, ...more },
  ]);
}

describe('timeSeriesData', () => {
  it('puts series on one grid and breaks lines where samples are missing', () => {
    const { x, series: lines } = timeSeriesData(
      [series('a', [0, 10, 40], [1, 2, 3]), series('b', [10, 20], [5, NaN])],
      'light',
    );
    expect(x).toEqual([0, 10, 20, 40]);
    expect(lines.map(({ values }) => values)).toEqual([
      [1, 2, null, 3],
      [null, 5, null, null],
    ]);
  });
  it('takes the style from the panel, and a second axis for a second unit', () => {
    const frames = applyFieldConfig(
      [series('a', [0], [1]), series('b', [0], [2])],
      panel({
        fieldConfig: {
          defaults: {
            unit: 's',
            custom: { drawStyle: 'bars', fillOpacity: 80, stacking: { mode: 'normal' } },
          },
          overrides: [
            {
              matcher: { id: 'byName', options: 'b' },
              properties: [
                { id: 'unit', value: 'bytes' },
                { id: 'color', value: { mode: 'fixed', fixedColor: '#123456' } },
              ],
            },
          ],
        },
      }),
    );
    const { series: lines, stack, right } = timeSeriesData(frames, 'light');
    expect(stack).toBe('normal');
    expect(lines[0]?.style).toMatchObject({ draw: 'bars', fillOpacity: 0.8 });
    expect(lines[1]).toMatchObject({ axis: 'right', color: '#123456' });
    expect(right.unit).toBe('bytes');
  });
});

it('reads legends', () => {
  expect(
    legendOptions({ displayMode: 'table', placement: 'right', calcs: ['lastNotNull', 'max', 'variance'] }),
  ).toEqual({
    placement: 'right',
    calculations: ['last', 'max'],
  });
  expect(legendOptions({ showLegend: false }).placement).toBe('none');
});

describe('statTiles', () => {
  it('shows one number, its way, and names only when there are several', () => {
    const board = panel({ options: { colorMode: 'background' } });
    const [one] = statTiles([series('a', [0, 10], [1, 2])], board, 'light');
    expect(one).toMatchObject({ name: 'a', showName: false, line: [1, 2], display: { text: '2' } });
    expect(one?.background).toBe(one?.display.color);
    const two = statTiles([series('a', [0], [1]), series('b', [0], [2])], board, 'light');
    expect(two.map(({ showName }) => showName)).toEqual([true, true]);
  });
  it('shows the change where it is asked for', () =>
    expect(
      statTiles([series('a', [0, 10], [4, 5])], panel({ options: { showPercentChange: true } }), 'light')[0]
        ?.change,
    ).toBe('+25.0 %'));
});

it('gives dials the bands of their thresholds', () => {
  const board = panel({
    fieldConfig: {
      defaults: {
        min: 0,
        max: 10,
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 8 },
          ],
        },
      },
    },
  });
  const [dial] = gaugeDials(applyFieldConfig([series('a', [0], [5])], board), board, 'light');
  expect(dial?.display.share).toBe(0.5);
  expect(dial?.bands.map(({ from, to }) => [from, to])).toEqual([
    [0, 0.8],
    [0.8, 1],
  ]);
});

describe('heatmaps', () => {
  const bucket = (le: string, times: number[], counts: number[]) =>
    series(le, times, counts, { labels: { le } });
  const cells = heatmapCells([
    bucket('0.5', [0, 10], [1, 2]),
    bucket('+Inf', [10], [4]),
    bucket('0.1', [0], [3]),
  ]);

  it('orders rows by their bounds and adds up what has the same', () => {
    expect(cells?.rows).toEqual(['0.1', '0.5', '+Inf']);
    expect(cells?.counts).toEqual([
      [3, null],
      [1, 2],
      [null, 4],
    ]);
    const twice = heatmapCells([bucket('1', [0], [1]), bucket('1', [0], [2])]);
    expect(twice?.counts).toEqual([[3]]);
  });
  it('names buckets by their bounds, and leaves empty cells empty', () => {
    if (!cells) throw new Error('no cells');
    const style = heatmapStyle(panel({ options: { yAxis: { unit: 's' } } }), cells, 'light');
    expect([0, 1, 2].map((row) => bucketText(cells, style, row))).toEqual([
      'up to 100 ms',
      '100 ms – 500 ms',
      'above 500 ms',
    ]);
    expect([style.color(0), style.color(null)]).toEqual([null, null]);
    expect(style.color(4)).toBe('#a63603');
  });
});

describe('tables', () => {
  const frame = makeFrame('A', [
    makeField('job', 'string', ['b', 'a', 'c']),
    makeField('n', 'number', [2, null, 10]),
    { ...makeField('secret', 'string', ['', '', '']), config: { custom: { hidden: true } } },
  ]);
  const columns = tableColumns(frame, [frame], 'light');
  it('aligns numbers to the right and leaves out hidden columns', () =>
    expect(columns.map(({ name, align }) => [name, align])).toEqual([
      ['job', 'left'],
      ['n', 'right'],
    ]));
  it('sorts as the file says', () => {
    const sort = fileSort(panel({ options: { sortBy: [{ displayName: 'n', desc: true }] } }));
    expect(rowOrder(frame, columns, sort)).toEqual([2, 0, 1]);
    expect(rowOrder(frame, columns, null)).toEqual([0, 1, 2]);
  });
});

it('cuts a pie, the largest slice first', () => {
  const parts = slices(
    [series('a', [0], [1]), series('b', [0], [3]), series('c', [0], [0])],
    panel({}),
    'light',
  );
  expect(parts.map(({ name, from, to }) => [name, from, to])).toEqual([
    ['b', 0, 0.75],
    ['a', 0.75, 1],
  ]);
});

it('groups bars by row', () => {
  const frame = makeFrame('A', [
    makeField('type', 'string', ['x', 'y']),
    makeField('done', 'number', [4, 2]),
    makeField('failed', 'number', [1, 0]),
  ]);
  const { groups, series: legend } = barChart([frame], panel({}), 'light');
  expect(legend.map(({ name }) => name)).toEqual(['done', 'failed']);
  expect(groups.map(({ name, bars }) => [name, bars.map(({ share }) => share)])).toEqual([
    ['x', [1, 0.25]],
    ['y', [0.5, 0]],
  ]);
});
