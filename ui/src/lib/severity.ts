/** Worst last: stacked bars are drawn in this order, so that errors sit on top. */
export const SEVERITIES = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type SeverityGroup = Severity | 'OTHER';

const ALIASES: Partial<Record<string, Severity>> = {
  TRACE: 'DEBUG',
  NOTICE: 'INFO',
  INFORMATION: 'INFO',
  WARN: 'WARNING',
  ERR: 'ERROR',
  FATAL: 'CRITICAL',
  PANIC: 'CRITICAL',
  EMERGENCY: 'CRITICAL',
  ALERT: 'CRITICAL',
};

/** Foreign logs spell levels their own way; what cannot be placed stays visible as OTHER. */
export function severityGroup(value: unknown): SeverityGroup {
  if (typeof value !== 'string') return 'OTHER';
  const upper = value.toUpperCase();
  return SEVERITIES.find((each) => each === upper) ?? ALIASES[upper] ?? 'OTHER';
}

export function severityColor(group: SeverityGroup): string {
  return `var(--severity-${group.toLowerCase()})`;
}
