const SIGNIFICANT_DIGITS = 3;
/** Beyond these a plain number is longer than it is readable. */
const TOO_SMALL = 1e-9;
const TOO_LARGE = 1e15;

/** As many decimals as leave three significant digits; none for whole numbers. */
export function autoDecimals(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return 0;
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return Math.min(20, Math.max(0, SIGNIFICANT_DIGITS - 1 - magnitude));
}

/** The number alone. Values that are no numbers keep Prometheus's spelling. */
export function formatNumber(value: number, decimals?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < TOO_SMALL || size >= TOO_LARGE)) return value.toExponential(decimals ?? 2);
  return value.toFixed(decimals ?? autoDecimals(value));
}
