import { ActionIcon, Badge, UnstyledButton } from '@mantine/core';
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import type { NamedCount, Pattern } from '../../../api/patterns';
import { SeverityBadge } from '../../../components/SeverityBadge';
import page from '../../../components/Page.module.css';
import { narrow } from '../../../lib/lucene/narrow';
import { formatCount, formatPercent } from '../../../lib/number';
import { formatTimestamp } from '../../../lib/time/format';
import type { Discover } from '../state/useDiscoverState';
import { PatternText } from './PatternText';
import { SparkBars } from './SparkBars';
import classes from './Patterns.module.css';

interface PatternRowProps {
  pattern: Pattern;
  interval: number;
  discover: Discover;
}

/** Its text leads to its messages; it can be left out, so that the next ones come to light. */
export function PatternRow({ pattern, interval, discover }: PatternRowProps) {
  const { state, actions } = discover;
  const { query, text } = pattern;
  const narrowed = (negate: boolean) => (query === null ? state.query : narrow(state.query, query, negate));
  const show = () => actions.search({ query: narrowed(false), view: 'documents' });
  const exclude = () => actions.search({ query: narrowed(true) });
  const severity = pattern.severities[0]?.name;
  return (
    <tr data-testid="pattern" data-new={pattern.new === true}>
      <td className={page.number}>{formatCount(pattern.count)}</td>
      <td className={classes.share}>
        {formatPercent(pattern.share, 1)}
        <span className={classes.track} aria-hidden>
          <span className={classes.fill} style={{ width: `${pattern.share * 100}%` }} />
        </span>
      </td>
      <td>
        <SparkBars counts={pattern.counts} interval={interval} />
      </td>
      <td className={`${page.nowrap} ${page.roomy}`}>
        {pattern.first_seen && formatTimestamp(Date.parse(pattern.first_seen))}
      </td>
      <td>{severity !== undefined && <SeverityBadge severity={severity} />}</td>
      <td className={classes.wide}>
        {pattern.new === true && (
          <Badge className={classes.new ?? ''} size="sm" radius="sm" title="Not in the time before">
            new
          </Badge>
        )}
        {query === null ? (
          <PatternText text={text} />
        ) : (
          <UnstyledButton className={classes.text} title="Show its messages" onClick={show}>
            <PatternText text={text} />
          </UnstyledButton>
        )}
        {pattern.agents.length > 0 && <div className={classes.agents}>{listed(pattern.agents)}</div>}
      </td>
      <td className={page.nowrap}>
        {query !== null && (
          <>
            <ActionIcon variant="subtle" color="gray" aria-label={`Filter for ${text}`} onClick={show}>
              <IconZoomIn size={16} />
            </ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={`Filter out ${text}`} onClick={exclude}>
              <IconZoomOut size={16} />
            </ActionIcon>
          </>
        )}
      </td>
    </tr>
  );
}

const LISTED = 4;

function listed(agents: readonly NamedCount[]): string {
  const names = agents.slice(0, LISTED).map(({ name, count }) => `${name} ${formatCount(count)}`);
  return agents.length > LISTED ? `${names.join(' · ')} …` : names.join(' · ');
}
