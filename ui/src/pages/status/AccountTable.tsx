import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Account, Status } from '../../api/types';
import page from '../../components/Page.module.css';
import { discoverLink } from '../../lib/discoverUrl';
import { formatCount } from '../../lib/number';
import { ALL_TIME } from '../../lib/time/range';
import classes from './Status.module.css';

const COLUMNS = ['received', 'stored', 'refused', 'dropped'] as const;

/** Every event is accounted for: what was received is stored or refused; what its sender gave up is dropped, so that
 * what agents emitted is the sum of these three. */
export function AccountTable({ accounting }: { accounting: Status['accounting'] }) {
  const agents = accounting.by_agent.toSorted((a, b) => b.received - a.received);
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
          {agents.map((account) => (
            <AccountRow
              key={account.agent_name}
              name={account.agent_name}
              account={account}
              href={discoverLink({
                range: ALL_TIME,
                filters: [{ field: 'agent_name', negate: false, value: account.agent_name }],
              })}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AccountRow({ name, account, href }: { name: string; account: Account; href?: string }) {
  const missing = account.received - account.stored - account.refused;
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
      <td className={classes.sum} data-ok={missing === 0}>
        {missing === 0 ? (
          <IconCircleCheck size={15} aria-hidden />
        ) : (
          <IconAlertTriangle size={15} aria-hidden />
        )}
        {missing === 0
          ? 'yes'
          : `${formatCount(Math.abs(missing))} ${missing > 0 ? 'in flight' : 'too many'}`}
      </td>
    </tr>
  );
}
