import type { DroppedTarget, LabelSet, Target, TargetHealth } from '../api/prometheusTypes';

export const HEALTHS: readonly TargetHealth[] = ['up', 'down', 'unknown'];

export interface TargetPool {
  name: string;
  /** Those that match. */
  targets: Target[];
  counts: Record<TargetHealth, number>;
}

export function countByHealth(targets: readonly Target[]): Record<TargetHealth, number> {
  const counts = { up: 0, down: 0, unknown: 0 };
  for (const { health } of targets) counts[health] += 1;
  return counts;
}

/**
 * Targets by the pool that scrapes them. Rows are in the order of their addresses whatever their health, so that
 * none moves while it is read.
 */
export function poolsOf(targets: readonly Target[], health: TargetHealth | '', search: string): TargetPool[] {
  const pools = new Map<string, Target[]>();
  for (const target of targets) {
    const pool = pools.get(target.scrapePool);
    if (pool) pool.push(target);
    else pools.set(target.scrapePool, [target]);
  }
  return [...pools]
    .sort(([a], [b]) => compare(a, b))
    .map(([name, all]) => ({
      name,
      counts: countByHealth(all),
      targets: all
        .filter((target) => (health === '' || target.health === health) && matches(target, search))
        .sort((a, b) => compare(a.scrapeUrl, b.scrapeUrl)),
    }))
    .filter((pool) => pool.targets.length > 0);
}

export function droppedMatching(dropped: readonly DroppedTarget[], search: string): DroppedTarget[] {
  return dropped.filter(({ discoveredLabels }) => found([...pairs(discoveredLabels)], search));
}

/** The agent that a target is, when its labels say so: what its log lines carry as `agent_name`. */
export function agentOf(labels: LabelSet): string | null {
  return labels.agent_name ?? labels.agent ?? null;
}

/** Never scraped: Prometheus writes the first instant of its calendar. */
export function scrapedAt({ lastScrape }: Pick<Target, 'lastScrape'>): number | null {
  const at = Date.parse(lastScrape);
  return Number.isNaN(at) || at <= 0 ? null : at;
}

function matches(target: Target, search: string): boolean {
  return found([target.scrapeUrl, target.scrapePool, target.lastError, ...pairs(target.labels)], search);
}

/** Every word of the search has to be somewhere. */
function found(texts: readonly string[], search: string): boolean {
  const lower = texts.map((text) => text.toLowerCase());
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => lower.some((text) => text.includes(word)));
}

function pairs(labels: LabelSet): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
