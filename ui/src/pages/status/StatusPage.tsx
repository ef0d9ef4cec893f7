import { indices } from '../../api/logs';
import { status } from '../../api/system';
import { ErrorState } from '../../components/ErrorState';
import { Loading } from '../../components/Loading';
import { Page } from '../../components/Page';
import page from '../../components/Page.module.css';
import { formatDuration, formatIso } from '../../lib/time/format';
import { useLive } from '../../state/useLive';
import { useNow } from '../../state/useNow';
import { AccountTable } from './AccountTable';
import { DamageList } from './DamageList';
import { Figures } from './Figures';
import { IndicesTable } from './IndicesTable';
import { RetentionTable } from './RetentionTable';
import classes from './Status.module.css';

export default function StatusPage() {
  const { data, error } = useLive(['status'], status);
  const list = useLive(['indices'], indices);
  const now = useNow(1_000);
  return (
    <Page
      title="Status"
      head={
        data && (
          <span className={page.soft}>
            version {data.version} · up {formatDuration(now - Date.parse(data.started_at))}, since{' '}
            {formatIso(data.started_at)}
          </span>
        )
      }
    >
      {!data && !error && <Loading label="Loading the status" />}
      {!data && error && <ErrorState title="The status could not be read" error={error} />}
      {data && (
        <div className={classes.columns}>
          <DamageList indices={list.data ?? []} />
          <Figures status={data} />
          <AccountTable accounting={data.accounting} />
          <IndicesTable indices={list.data} error={list.error} />
          <RetentionTable rules={data.logs.retention} />
        </div>
      )}
    </Page>
  );
}
