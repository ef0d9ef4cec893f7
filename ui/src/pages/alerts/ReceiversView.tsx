import { receivers } from '../../api/alerts';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import page from '../../components/Page.module.css';
import { StateBadge } from '../../components/StateMark';
import { formatAge } from '../../lib/time/format';
import { useLive } from '../../state/useLive';
import { useNow } from '../../state/useNow';
import classes from './Alerts.module.css';

/** Who is told of alerts, and how that goes. */
export function ReceiversView() {
  const { data, error } = useLive(['alerts', 'receivers'], receivers);
  const now = useNow(1_000);
  if (!data) {
    return error ? (
      <ErrorState title="The receivers could not be read" error={error} />
    ) : (
      <Loading label="Loading the receivers" />
    );
  }
  const rows = [
    ...data.receivers.map(({ name, type, address, firing, last_sent, sent, failed, last_error }) => ({
      key: `${type} ${name} ${address}`,
      name,
      type,
      address,
      firing: String(firing),
      sent,
      failed,
      problem: last_error,
      last: last_sent === null ? 'never' : `${formatAge(now - Date.parse(last_sent))} ago`,
    })),
    ...data.alertmanagers.map(({ url, sent, errors, queued, dropped }) => ({
      key: url,
      name: 'Alertmanager',
      type: 'alertmanager',
      address: url,
      firing: '–',
      sent,
      failed: errors,
      problem: dropped > 0 ? `${dropped} dropped` : queued > 0 && errors > 0 ? `${queued} wait` : null,
      last: '–',
    })),
  ];
  if (rows.length === 0) {
    return (
      <EmptyState
        title="Nobody is told of alerts"
        detail={
          <>
            Name webhooks, chats or mail in the <code>[alerting]</code> section of{' '}
            <code>swarmscope.toml</code>.
          </>
        }
      />
    );
  }
  return (
    <table className={page.table} aria-label="Receivers">
      <thead>
        <tr>
          <th scope="col">Receiver</th>
          <th scope="col">Kind</th>
          <th scope="col">Where</th>
          <th scope="col">Last told</th>
          <th scope="col" className={page.number}>
            Knows as firing
          </th>
          <th scope="col" className={page.number}>
            Sent
          </th>
          <th scope="col" className={page.number}>
            Failed
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, type, address, last, firing, sent, failed, problem }) => (
          <tr key={key} data-receiver={name}>
            <td>{name}</td>
            <td>{type}</td>
            <td className={page.mono}>{address}</td>
            <td className={page.nowrap}>{last}</td>
            <td className={page.number}>{firing}</td>
            <td className={page.number}>{sent}</td>
            <td className={page.number}>{failed}</td>
            <td>
              <StateBadge
                urgency={problem === null ? 'good' : 'bad'}
                text={problem === null ? 'ok' : 'failing'}
              />
              {problem !== null && <div className={classes.error}>{problem}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
