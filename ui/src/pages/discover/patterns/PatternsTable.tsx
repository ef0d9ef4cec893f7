import type { PatternsReply } from '../../../api/patterns';
import page from '../../../components/Page.module.css';
import type { Discover } from '../state/useDiscoverState';
import { PatternRow } from './PatternRow';
import classes from './Patterns.module.css';

export function PatternsTable({ reply, discover }: { reply: PatternsReply; discover: Discover }) {
  return (
    <table className={`${page.table} ${classes.table}`} aria-label="Patterns">
      <thead>
        <tr>
          <th scope="col" className={page.number}>
            Count
          </th>
          <th scope="col">Share</th>
          <th scope="col">Over time</th>
          <th scope="col" className={page.roomy}>
            First seen
          </th>
          <th scope="col">Severity</th>
          <th scope="col" className={classes.wide}>
            Pattern
          </th>
          <th scope="col">Filter</th>
        </tr>
      </thead>
      <tbody>
        {reply.patterns.map((pattern) => (
          <PatternRow key={pattern.id} pattern={pattern} interval={reply.interval_ms} discover={discover} />
        ))}
      </tbody>
    </table>
  );
}
