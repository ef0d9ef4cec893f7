import type { RetentionRule } from '../../api/types';
import page from '../../components/Page.module.css';
import { formatBytes } from '../../lib/number';
import { formatDuration } from '../../lib/time/format';
import classes from './Status.module.css';

/** How long logs are kept; the first pattern that matches an index governs it. */
export function RetentionTable({ rules }: { rules: readonly RetentionRule[] }) {
  return (
    <section className={classes.block} aria-labelledby="retention-title">
      <h2 id="retention-title">Retention of logs</h2>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">Indices</th>
            <th scope="col" className={page.number}>
              Age
            </th>
            <th scope="col" className={page.number}>
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ pattern, age_seconds: age, bytes }, place) => (
            // Two rules may have one pattern, and their order never changes.
            <tr key={`${place} ${pattern}`}>
              <td>{place < rules.length - 1 ? pattern : rules.length === 1 ? 'all' : 'all others'}</td>
              <td className={page.number}>
                {age === undefined ? 'as all others' : formatDuration(age * 1_000)}
              </td>
              <td className={page.number}>{bytes === undefined ? 'with all others' : formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
