import { Link } from 'wouter';
import type { IndexInfo } from '../../api/types';
import page from '../../components/Page.module.css';
import { discoverLink } from '../../lib/discoverUrl';
import { formatBytes, formatCount } from '../../lib/number';
import { formatIso } from '../../lib/time/format';
import { ALL_TIME } from '../../lib/time/range';
import classes from './Status.module.css';

interface IndicesTableProps {
  indices: IndexInfo[] | undefined;
  error: Error | null;
}

export function IndicesTable({ indices, error }: IndicesTableProps) {
  return (
    <section className={classes.block} aria-labelledby="indices-title">
      <h2 id="indices-title">
        Indices <span className={page.soft}>{indices ? formatCount(indices.length) : ''}</span>
      </h2>
      {error && !indices && <p className={page.soft}>{error.message}</p>}
      {indices?.length === 0 && <p className={page.soft}>None yet: the first document makes one.</p>}
      {indices && indices.length > 0 && (
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">Index</th>
              <th scope="col" className={page.number}>
                Documents
              </th>
              <th scope="col" className={page.number}>
                Size
              </th>
              <th scope="col" className={page.number}>
                Segments
              </th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {indices.map((index) => (
              <tr key={index.name}>
                <td>
                  <Link href={discoverLink({ index: index.name, range: ALL_TIME })}>{index.name}</Link>
                </td>
                <td className={page.number}>{formatCount(index.documents)}</td>
                <td className={page.number}>{sizeOf(index)}</td>
                <td className={page.number}>{formatCount(index.segments)}</td>
                <td className={page.nowrap}>{formatIso(index.first)}</td>
                <td className={page.nowrap}>{formatIso(index.last)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Of documents that have just come no index has a share of its own yet. */
function sizeOf({ bytes, documents }: IndexInfo): string {
  return bytes === 0 && documents > 0 ? 'in the log' : formatBytes(bytes);
}
