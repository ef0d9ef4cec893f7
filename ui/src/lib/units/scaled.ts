import { formatNumber } from './number';

/** From a value in the unit to what a person reads; `decimals` left out means as many as are useful. */
export type Format = (value: number, decimals?: number) => string;

/** A ladder of prefixes, each `factor` times the one before; `offset` is the step that the plain value has. */
export function scaled(factor: number, steps: readonly string[], offset = 0): Format {
  return (value, decimals) => {
    if (!Number.isFinite(value) || value === 0)
      return join(formatNumber(value, decimals), steps[offset] ?? '');
    const climbed = offset + Math.floor(Math.log(Math.abs(value)) / Math.log(factor) + 1e-9);
    const step = Math.min(steps.length - 1, Math.max(0, climbed));
    return join(formatNumber(value / factor ** (step - offset), decimals), steps[step] ?? '');
  };
}

/** The value as it is with a word behind it. */
export function suffixed(suffix: string): Format {
  return (value, decimals) => join(formatNumber(value, decimals), suffix);
}

function join(number: string, suffix: string): string {
  if (suffix === '') return number;
  // A percent sign and a degree stand at the number, words stand apart.
  return /^[%°]/.test(suffix) ? number + suffix : `${number} ${suffix}`;
}

const SI_PREFIXES = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SI_PLAIN = SI_PREFIXES.indexOf('');
const IEC_PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** SI prefixes before a unit; `from` is the power of 1000 that the plain value has. Sizes do not go below one. */
export function si(unit: string, from = 0, below = false): Format {
  const first = below ? 0 : SI_PLAIN;
  return scaled(
    1000,
    SI_PREFIXES.slice(first).map((prefix) => prefix + unit),
    SI_PLAIN - first + from,
  );
}

/** IEC prefixes (powers of 1024) before a unit. */
export function iec(unit: string, from = 0): Format {
  return scaled(
    1024,
    IEC_PREFIXES.map((prefix) => prefix + unit),
    from,
  );
}

/** Counts of something: 1.20 K, 3.40 Mil, as Grafana's `short` writes them. */
export function short(unit = ''): Format {
  return scaled(
    1000,
    ['', 'K', 'Mil', 'Bil', 'Tri', 'Quadr', 'Quint', 'Sext', 'Sept'].map((word) => `${word} ${unit}`.trim()),
  );
}

/** Rates of something: `req/s`, `K req/s`. */
export function perTime(unit: string): Format {
  return scaled(
    1000,
    ['', 'K ', 'M ', 'B ', 'T '].map((prefix) => prefix + unit),
  );
}
