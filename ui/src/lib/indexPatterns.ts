const DAILY = /^(.*[-_.])\d{4}[.-]\d{2}[.-]\d{2}$/;

/** `filebeat-a-2026.01.31` and its siblings of other days are one `filebeat-a-*`. */
export function indexPatterns(names: readonly string[]): string[] {
  const patterns = new Set<string>();
  for (const name of names) {
    const prefix = DAILY.exec(name)?.[1];
    if (prefix !== undefined) patterns.add(`${prefix}*`);
  }
  return [...patterns].sort();
}
