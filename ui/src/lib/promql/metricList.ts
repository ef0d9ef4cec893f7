import type { MetricMetadata } from '../../api/prometheusTypes';

export interface ListedMetric {
  name: string;
  /** `counter`, `gauge`, `histogram`, …; empty when nobody said. */
  type: string;
  help: string;
}

/** What a histogram's or a summary's parts are called; their metadata stands under the name without it. */
const PART = /_(bucket|sum|count|total|created|info)$/;

/** Every metric that has series, with what its exposition says of it. */
export function metricList(
  names: readonly string[],
  metadata: Record<string, readonly MetricMetadata[]>,
): ListedMetric[] {
  return names.map((name) => {
    const [known] = metadata[name] ?? metadata[name.replace(PART, '')] ?? [];
    return { name, type: known?.type === 'unknown' ? '' : (known?.type ?? ''), help: known?.help ?? '' };
  });
}

/** Every word has to be found, in the name or in the help; names that start with the text come first. */
export function searchMetrics(list: readonly ListedMetric[], text: string, type: string): ListedMetric[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = list.filter(
    (metric) =>
      (type === '' || metric.type === type) &&
      words.every(
        (word) => metric.name.toLowerCase().includes(word) || metric.help.toLowerCase().includes(word),
      ),
  );
  const rank = ({ name }: ListedMetric) => {
    const lower = name.toLowerCase();
    if (words.length > 0 && lower.startsWith(words.join('_'))) return 0;
    return words.every((word) => lower.includes(word)) ? 1 : 2;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}

/** What is usually asked of a metric of that type: a counter by its rate, a histogram by a quantile. */
export function usualQuery({ name, type }: ListedMetric): string {
  if (name.endsWith('_bucket')) return `histogram_quantile(0.95, sum by (le) (rate(${name}[5m])))`;
  if (type === 'counter' || /_(total|count|sum)$/.test(name)) return `rate(${name}[5m])`;
  return name;
}
