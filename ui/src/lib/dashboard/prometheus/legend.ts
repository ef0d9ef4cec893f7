import type { Labels } from '../frames/frame';
import { formatLabels } from '../frames/names';

/** Shows the labels alone, and the expression where there are none. */
const AUTO = '__auto';

/**
 * A series' name by the target's legend: `{{label}}` stands for a label's value, an empty legend for the series
 * as Prometheus writes it. Undefined leaves the name to the labels.
 */
export function legendOf(labels: Labels, legend: string, expr: string): string | undefined {
  if (legend === AUTO) return Object.keys(labels).length === 0 ? expr : undefined;
  if (legend === '') {
    const { __name__: name = '', ...rest } = labels;
    return name + formatLabels(rest) || expr;
  }
  return legend.replace(/\{\{\s*(.+?)\s*\}\}/g, (_whole, name: string) => labels[name] ?? '');
}
