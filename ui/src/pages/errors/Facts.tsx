import { Fragment } from 'react';
import type { ErrorGroup, GroupDetail } from '../../api/errors';
import { CopyButton } from '../../components/CopyButton';
import { FactList, type Fact } from '../../components/FactList';
import { errorsLink } from '../../lib/errorsUrl';
import { formatCount } from '../../lib/number';
import { formatInterval, formatIso, formatTimestamp } from '../../lib/time/format';
import { barsWithin } from './bars';
import classes from './Errors.module.css';
import { Parts } from './Parts';
import { Sparkline } from './Sparkline';

const SOURCES: Record<ErrorGroup['source'], string> = {
  client: 'the fingerprint that the program gave',
  frames: 'its frames',
  message: 'its type and message',
};

/** Of the history, in pixels. */
const WIDTH = 320;

/** How often, since when, who, and why these errors are one group. */
export function Facts({ detail }: { detail: GroupDetail }) {
  const { group, agents, versions, task_types: types } = detail;
  const { from, interval_ms: interval, counts } = group.history;
  const facts: Fact[] = [
    ['errors', formatCount(group.count)],
    ['last seen', formatIso(group.last_seen)],
    ['first seen', formatIso(group.first_seen)],
    ['state', stateOf(group)],
    ['agents', <Parts key="a" id={group.id} parts={agents} link={(agent) => errorsLink({ agent })} />],
    [
      'versions',
      <Parts key="v" id={group.id} parts={versions} link={(version) => errorsLink({ version })} />,
    ],
    [
      'task types',
      <Parts key="t" id={group.id} parts={types} link={(taskType) => errorsLink({ taskType })} />,
    ],
    ['grouped by', `${SOURCES[group.source]}, version ${group.fingerprint_version}`],
    [
      'id',
      <Fragment key="id">
        <code>{group.id}</code> <CopyButton text={() => group.id} label="Copy the id" />
      </Fragment>,
    ],
  ];
  return (
    <section aria-label="Facts">
      <Sparkline history={group.history} width={WIDTH} height={44} />
      <div className={classes.since} aria-hidden>
        <span>{formatTimestamp(Date.parse(from)).slice(0, 'YYYY-MM-DD hh:mm'.length)}</span>
        <span>{formatInterval(interval * barsWithin(counts, WIDTH).each)} per bar</span>
        <span>now</span>
      </div>
      <FactList facts={facts} />
    </section>
  );
}

/** The state in words, with what ends it. */
function stateOf(group: ErrorGroup): string {
  const ends = [
    group.ignored_until !== null && `until ${formatIso(group.ignored_until)}`,
    group.ignored_until_count !== null && `until there are ${formatCount(group.ignored_until_count)}`,
  ].filter((end) => end !== false);
  if (group.state === 'ignored') return ['ignored', ends.join(' or ')].join(' ').trim();
  if (group.state === 'resolved') return `resolved ${formatIso(group.resolved_at)}`;
  return group.regressed_at === null ? 'open' : `open, came back ${formatIso(group.regressed_at)}`;
}
