import { UnstyledButton } from '@mantine/core';
import { Link, useLocation, useSearch } from 'wouter';
import type { GroupPart } from '../../api/errors';
import { errorLink, parseErrorView } from '../../lib/errorsUrl';
import { formatCount } from '../../lib/number';
import classes from './Errors.module.css';

/** Names that are shown unless all are asked for: what can be done stands below them. */
const SHOWN = 8;

interface PartsProps {
  /** The group that they are parts of. */
  id: string;
  parts: readonly GroupPart[];
  link: (name: string) => string;
}

/** Agents, versions or task types with their shares of a group, the most errors first. */
export function Parts({ id, parts, link }: PartsProps) {
  const view = parseErrorView(useSearch());
  const [, navigate] = useLocation();
  if (parts.length === 0) return <>–</>;
  const shown = view.allNames ? parts : parts.slice(0, SHOWN);
  return (
    <>
      <ul className={classes.parts}>
        {shown.map(({ name, count }) => (
          <li key={name}>
            {name === '' ? 'others' : <Link href={link(name)}>{name}</Link>}{' '}
            <span className={classes.quiet}>{formatCount(count)}</span>
          </li>
        ))}
      </ul>
      {parts.length > SHOWN && (
        <UnstyledButton
          className={classes.more}
          onClick={() => navigate(errorLink(id, { ...view, allNames: !view.allNames }), { replace: true })}
        >
          {view.allNames ? 'Show the first alone' : `Show ${formatCount(parts.length - SHOWN)} more`}
        </UnstyledButton>
      )}
    </>
  );
}
