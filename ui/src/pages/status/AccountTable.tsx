import { UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Account, Status } from '../../api/types';
import page from '../../components/Page.module.css';
import { discoverLink } from '../../lib/discoverUrl';
import { formatCount } from '../../lib/number';
import { ALL_TIME } from '../../lib/time/range';
import { lost, missing } from './account';
import classes from './Status.module.css';

const COLUMNS = ['received', 'stored', 'refused', 'dropped'] as const;
/** Agents that are shown unless all are asked for. */
const SHOWN = 12;

/** Every event is accounted for: what was received is stored or refused; what its sender gave up is dropped, so that
 * what agents emitted is the sum of these three. */
export function AccountTable({ accounting }: { accounting: Status['accounting'] }) {
  const [, navigate] = useLocation();
  const all = new URLSearchParams(useSearch()).get('agents') === 'all';
  // Those whose account shows a loss come first.
  const agents = accounting.by_agent.toSorted((a, b) => lost(b) - lost(a) || b.received - a.received);
  const shown = all ? agents : agents.slice(0, SHOWN);
  return (
    <section className={classes.block} aria-labelledby="account-title">
      <h2 id="account-title">
        Account{' '}
        <span className={page.soft}>
          since the start: received = stored + refused; dropped is what agents gave up before it was sent
        </span>
      </h2>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={page.number}>
                {column}
              </th>
            ))}
            <th scope="col">Adds up</th>
          </tr>
        </thead>
        <tbody>
          <AccountRow name="All" account={accounting} />
          {shown.map((account) => (
            <AccountRow
              key={account.agent_name}
              name={account.agent_name || 'without a name'}
              account={account}
              href={eventsOf(account.agent_name)}
            />
          ))}
        </tbody>
      </table>
      {agents.length > SHOWN && (
        <UnstyledButton
          className={classes.more}
          onClick={() => navigate(all ? '/status' : '/status?agents=all', { replace: true })}
        >
          {all ? 'Show the first alone' : `Show all ${formatCount(agents.length)} agents`}
        </UnstyledButton>
      )}
    </section>
  );
}

/** All events of an agent, or of those that do not say who they are. */
function eventsOf(agent: string): string {
  const range = ALL_TIME;
  if (agent === '') return discoverLink({ range, query: 'NOT _exists_:agent_name' });
  return discoverLink({ range, filters: [{ field: 'agent_name', negate: false, value: agent }] });
}

function AccountRow({ name, account, href }: { name: string; account: Account; href?: string }) {
  const unclear = missing(account);
  return (
    <tr className={href === undefined ? classes.total : undefined}>
      <td>{href === undefined ? name : <Link href={href}>{name}</Link>}</td>
      {COLUMNS.map((column) => (
        <td
          key={column}
          className={page.number}
          data-bad={(column === 'refused' || column === 'dropped') && account[column] > 0}
        >
          {formatCount(account[column])}
        </td>
      ))}
      <td className={classes.sum} data-ok={unclear === 0}>
        {unclear === 0 ? (
          <IconCircleCheck size={15} aria-hidden />
        ) : (
          <IconAlertTriangle size={15} aria-hidden />
        )}
        {unclear === 0
          ? 'yes'
          : `${formatCount(Math.abs(unclear))} ${unclear > 0 ? 'in flight' : 'too many'}`}
      </td>
    </tr>
  );
}
