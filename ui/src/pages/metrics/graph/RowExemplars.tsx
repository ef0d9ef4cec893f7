import { Link } from 'wouter';
import { CorrelationLink, isCorrelationField } from '../../../components/CorrelationLink';
import page from '../../../components/Page.module.css';
import { seriesName } from '../../../lib/promql/seriesName';
import { discoverLink } from '../../../lib/discoverUrl';
import { formatInstant } from '../../../lib/time/format';
import type { FoundExemplar, FoundExemplars } from './useExemplarMarkers';
import classes from '../Metrics.module.css';

const SHOWN = 50;

/** Single observations with what they belong to: from a slow quantile to the logs of one slow task. */
export function RowExemplars({ found: { rows, list } }: { found: FoundExemplars }) {
  const error = rows.find((row) => row.error)?.error;
  const busy = rows.some((row) => row.busy);
  return (
    <section className={classes.points} aria-label="Exemplars">
      {list.length === 0 ? (
        <p className={classes.pointsFoot}>
          {error
            ? `The exemplars could not be read: ${error.message}`
            : busy
              ? 'Looking for exemplars…'
              : 'No exemplars in this range. Agents that expose OpenMetrics can attach them to counters and histograms.'}
        </p>
      ) : (
        <div className={classes.pointsScroll} tabIndex={0} role="group" aria-label="Exemplars">
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">Exemplar</th>
                <th scope="col" className={page.number}>
                  Value
                </th>
                <th scope="col">Belongs to</th>
                <th scope="col">Series</th>
              </tr>
            </thead>
            <tbody>
              {list.slice(0, SHOWN).map((exemplar, at) => (
                <tr key={at}>
                  <td className={page.nowrap}>{formatInstant(Math.round(exemplar.timestamp * 1_000))}</td>
                  <td className={page.number}>{exemplar.value}</td>
                  <td className={page.nowrap}>
                    <ExemplarLabels exemplar={exemplar} />
                  </td>
                  <td className={page.mono}>{seriesName(exemplar.series)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ExemplarLabels({ exemplar }: { exemplar: FoundExemplar }) {
  return Object.entries(exemplar.labels).map(([name, value]) => (
    <span key={name} className={page.tag}>
      {name}{' '}
      {isCorrelationField(name) ? (
        <CorrelationLink id={value} />
      ) : (
        <Link href={discoverLink({ query: JSON.stringify(value) })}>{value}</Link>
      )}
    </span>
  ));
}
