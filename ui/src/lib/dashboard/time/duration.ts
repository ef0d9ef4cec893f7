const UNIT_MS: Partial<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/** Milliseconds of `30s`, `1h30m`, `500ms`, or of a bare number of seconds; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().replace(/^[<>]=?/, '');
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|[smhdwMy]))+$/.test(trimmed)) return null;
  return [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwMy])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  );
}

/** As PromQL and Elasticsearch read it: `15s`, `1m`, `1500ms`; one unit, so that nothing has to add up. */
export function formatStep(ms: number): string {
  if (ms % 1_000 !== 0) return `${Math.round(ms)}ms`;
  for (const unit of ['w', 'd', 'h', 'm'] as const) {
    const size = UNIT_MS[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms / 1_000}s`;
}
