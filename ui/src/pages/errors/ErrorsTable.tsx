import { Link } from 'wouter';
import type { ErrorGroup, GroupSort } from '../../api/errors';
import page from '../../components/Page.module.css';
import { SeverityBadge } from '../../components/SeverityBadge';
import { errorLink, errorsLink } from '../../lib/errorsUrl';
import { formatCount } from '../../lib/number';
import { formatAge, formatIso } from '../../lib/time/format';
import { useNow } from '../../state/useNow';
import classes from './Errors.module.css';
import { GroupTitle } from './GroupTitle';
import { Sparkline } from './Sparkline';
import { useRowKeys } from './useRowKeys';

interface ErrorsTableProps {
  groups: readonly ErrorGroup[];
  sort: GroupSort;
  /** What the page of an error shows its history from. */
  since: string;
  onSort: (sort: GroupSort) => void;
}

interface Column {
  label: string;
  title?: string;
  sort?: GroupSort;
  number?: boolean;
  roomy?: boolean;
}

const COLUMNS: readonly Column[] = [
  { label: 'Error' },
  { label: 'Over time' },
  { label: 'Errors', title: 'All that were ever counted', sort: 'count', number: true },
  { label: 'Last seen', sort: 'last_seen', number: true },
  { label: 'First seen', sort: 'first_seen', number: true, roomy: true },
  { label: 'Agents' },
  { label: 'Severity' },
];

export function ErrorsTable({ groups, sort, since, onSort }: ErrorsTableProps) {
  const now = useNow(1_000);
  const table = useRowKeys();
  return (
    <table className={page.table} ref={table}>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th
              key={column.label}
              scope="col"
              title={column.title}
              className={[column.number && page.number, column.roomy && page.roomy].filter(Boolean).join(' ')}
              aria-sort={column.sort === sort ? 'descending' : undefined}
            >
              {column.sort ? (
                <SortButton label={column.label} sort={column.sort} onSort={onSort} />
              ) : (
                column.label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <GroupRow key={group.id} group={group} since={since} now={now} />
        ))}
      </tbody>
    </table>
  );
}

interface SortButtonProps {
  label: string;
  sort: GroupSort;
  onSort: (sort: GroupSort) => void;
}

function SortButton({ label, sort, onSort }: SortButtonProps) {
  return (
    <button type="button" className={classes.sort} onClick={() => onSort(sort)}>
      {label}
    </button>
  );
}

function GroupRow({ group, since, now }: { group: ErrorGroup; since: string; now: number }) {
  return (
    <tr>
      <td className={classes.what}>
        <Link href={errorLink(group.id, { since })} className={classes.title} data-row>
          <GroupTitle group={group} />
        </Link>
        <div className={classes.culprit}>
          {group.regressed_at !== null && group.state === 'open' && (
            <span className={classes.regressed} title={`Came back ${formatIso(group.regressed_at)}`}>
              came back
            </span>
          )}
          {group.state !== 'open' && <span className={classes.quiet}>{group.state}</span>}
          <span title={group.culprit}>{group.culprit}</span>
        </div>
      </td>
      <td>
        <Sparkline history={group.history} />
      </td>
      <td className={page.number}>{formatCount(group.count)}</td>
      <td className={`${page.number} ${page.nowrap}`} title={formatIso(group.last_seen)}>
        {formatAge(now - Date.parse(group.last_seen))} ago
      </td>
      <td
        className={`${page.number} ${page.nowrap} ${page.soft} ${page.roomy}`}
        title={formatIso(group.first_seen)}
      >
        {formatAge(now - Date.parse(group.first_seen))} ago
      </td>
      <td>
        <Agents group={group} />
      </td>
      <td className={page.nowrap}>
        <SeverityBadge severity={group.severity} />
      </td>
    </tr>
  );
}

const AGENTS_SHOWN = 2;

function Agents({ group }: { group: ErrorGroup }) {
  const more = group.agents_total - Math.min(AGENTS_SHOWN, group.agents.length);
  return (
    <span className={classes.agents} title={group.agents.join(', ')}>
      {group.agents.slice(0, AGENTS_SHOWN).map((agent) => (
        <Link key={agent} href={errorsLink({ agent })} className={page.tag}>
          {agent}
        </Link>
      ))}
      {more > 0 && <span className={page.soft}>+{formatCount(more)}</span>}
    </span>
  );
}
