/** One number of many: what a stat shows, and the columns of a legend. */

export type Reducer = (values: readonly unknown[]) => unknown;

interface Named {
  label: string;
  reduce: Reducer;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
const isNothing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);

/** Over the numbers alone; null when there are none. */
const ofNumbers =
  (reduce: (numbers: number[]) => number | null): Reducer =>
  (values) => {
    const numbers = values.filter(isNumber);
    return numbers.length === 0 ? null : reduce(numbers);
  };

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: number[]) => sum(numbers) / numbers.length;
const least = (numbers: number[]) => numbers.reduce((a, b) => Math.min(a, b));
const greatest = (numbers: number[]) => numbers.reduce((a, b) => Math.max(a, b));

const REDUCERS: Readonly<Record<string, Named>> = {
  lastNotNull: { label: 'Last *', reduce: (values) => values.findLast((value) => !isNothing(value)) ?? null },
  last: { label: 'Last', reduce: (values) => values.at(-1) ?? null },
  firstNotNull: { label: 'First *', reduce: (values) => values.find((value) => !isNothing(value)) ?? null },
  first: { label: 'First', reduce: (values) => values[0] ?? null },
  min: { label: 'Min', reduce: ofNumbers(least) },
  max: { label: 'Max', reduce: ofNumbers(greatest) },
  mean: { label: 'Mean', reduce: ofNumbers(mean) },
  median: { label: 'Median', reduce: ofNumbers((numbers) => quantile(numbers, 0.5)) },
  sum: { label: 'Total', reduce: ofNumbers(sum) },
  count: { label: 'Count', reduce: (values) => values.length },
  range: { label: 'Range', reduce: ofNumbers((numbers) => greatest(numbers) - least(numbers)) },
  delta: { label: 'Delta', reduce: ofNumbers(increase) },
  step: { label: 'Step', reduce: ofNumbers(smallestStep) },
  diff: { label: 'Difference', reduce: ofNumbers((numbers) => (numbers.at(-1) ?? 0) - (numbers[0] ?? 0)) },
  diffperc: { label: 'Difference %', reduce: ofNumbers(relativeDifference) },
  logmin: {
    label: 'Min (above zero)',
    reduce: ofNumbers((numbers) => {
      const above = numbers.filter((value) => value > 0);
      return above.length === 0 ? null : least(above);
    }),
  },
  variance: { label: 'Variance', reduce: ofNumbers(variance) },
  stdDev: { label: 'StdDev', reduce: ofNumbers((numbers) => Math.sqrt(variance(numbers))) },
  changeCount: { label: 'Change count', reduce: (values) => changes(values) },
  distinctCount: { label: 'Distinct count', reduce: (values) => new Set(values).size },
  allIsZero: {
    label: 'All zeros',
    reduce: ofNumbers((numbers) => Number(numbers.every((value) => value === 0))),
  },
  allIsNull: { label: 'All nulls', reduce: (values) => values.every(isNothing) },
  allValues: { label: 'All values', reduce: (values) => [...values] },
  uniqueValues: { label: 'All unique values', reduce: (values) => [...new Set(values)] },
};

/** Grafana's id of a calculation, `p95` and its kin included; unknown ones give the last value. */
export function reducer(id: string): Reducer {
  const known = REDUCERS[id];
  if (known) return known.reduce;
  const percentile = percentileOf(id);
  if (percentile !== null) return ofNumbers((numbers) => quantile(numbers, percentile / 100));
  return (values) => values.findLast((value) => !isNothing(value)) ?? null;
}

export function reducerLabel(id: string): string {
  const percentile = percentileOf(id);
  return REDUCERS[id]?.label ?? (percentile === null ? id : `${percentile}th %`);
}

/** Whether the result counts something, and so has not the unit of the values. */
export function isCount(id: string): boolean {
  return ['count', 'changeCount', 'distinctCount', 'allIsNull', 'allIsZero'].includes(id);
}

function percentileOf(id: string): number | null {
  const match = /^p(\d{1,2})$/.exec(id);
  return match ? Number(match[1]) : null;
}

function quantile(numbers: number[], share: number): number {
  const ordered = numbers.toSorted((a, b) => a - b);
  const place = (ordered.length - 1) * share;
  const low = ordered[Math.floor(place)] ?? 0;
  const high = ordered[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** A counter's growth, with its resets taken out. */
function increase(numbers: number[]): number {
  let grown = 0;
  for (let index = 1; index < numbers.length; index += 1) {
    const before = numbers[index - 1] ?? 0;
    const now = numbers[index] ?? 0;
    grown += now >= before ? now - before : now;
  }
  return grown;
}

function smallestStep(numbers: number[]): number | null {
  let step = Infinity;
  for (let index = 1; index < numbers.length; index += 1) {
    step = Math.min(step, (numbers[index] ?? 0) - (numbers[index - 1] ?? 0));
  }
  return Number.isFinite(step) ? step : null;
}

function relativeDifference(numbers: number[]): number | null {
  const first = numbers[0] ?? 0;
  return first === 0 ? null : ((numbers.at(-1) ?? 0) - first) / first;
}

function variance(numbers: number[]): number {
  const middle = mean(numbers);
  return sum(numbers.map((value) => (value - middle) ** 2)) / numbers.length;
}

function changes(values: readonly unknown[]): number {
  return values.filter((value, index) => index > 0 && value !== values[index - 1]).length;
}
