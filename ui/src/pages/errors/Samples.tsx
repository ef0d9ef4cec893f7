import { Link } from 'wouter';
import type { GroupSample } from '../../api/errors';
import { CorrelationLink } from '../../components/CorrelationLink';
import page from '../../components/Page.module.css';
import { discoverLink } from '../../lib/discoverUrl';
import { quote } from '../../lib/lucene/escape';
import { formatIso } from '../../lib/time/format';
import { ALL_TIME } from '../../lib/time/range';
import classes from './Errors.module.css';

/** Errors of the group, each with its line in the logs and the whole story of its correlation id. */
export function Samples({ samples }: { samples: readonly GroupSample[] }) {
  return (
    <section aria-label="Samples" className={classes.samples}>
      <h3>Samples, the newest first</h3>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Agent</th>
            <th scope="col">Message</th>
            <th scope="col">Journey</th>
          </tr>
        </thead>
        <tbody>
          {samples.map((sample) => (
            <tr key={`${sample.index}/${sample.id}`}>
              <td className={page.nowrap}>
                <Link href={documentLink(sample)} title="The line in Discover">
                  {formatIso(sample.timestamp)}
                </Link>
              </td>
              <td className={`${classes.clip} ${classes.agent}`} title={sample.agent_name}>
                {sample.agent_name}
              </td>
              <td className={classes.message} title={sample.message}>
                {sample.message}
              </td>
              <td className={classes.clip}>
                {sample.correlation_id === null ? '–' : <CorrelationLink id={sample.correlation_id} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function documentLink({ index, id }: GroupSample): string {
  return discoverLink({ query: `_id:${quote(id)}`, index, range: ALL_TIME });
}
