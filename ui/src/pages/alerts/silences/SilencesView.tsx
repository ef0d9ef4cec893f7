import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { endSilence, silences, type Silence } from '../../../api/alerts';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Loading } from '../../../components/Loading';
import page from '../../../components/Page.module.css';
import { Refusal } from '../../../components/Refusal';
import { StateBadge, type Urgency } from '../../../components/StateMark';
import type { AlertsView } from '../../../lib/alertsUrl';
import { matchesText } from '../../../lib/rules';
import { formatAge, formatIso } from '../../../lib/time/format';
import { useLive } from '../../../state/useLive';
import { useNow } from '../../../state/useNow';
import { NewSilence } from './NewSilence';
import classes from './Silences.module.css';

const URGENCY: Record<Silence['state'], Urgency> = { active: 'waiting', pending: 'unknown', expired: 'good' };

export function SilencesView({ view, onMade }: { view: AlertsView; onMade: () => void }) {
  const { data, error } = useLive(['alerts', 'silences'], silences);
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: endSilence,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['alerts'] }),
  });
  const shown = data?.filter((silence) =>
    matchesText([...silence.matchers, silence.comment, silence.author], view.search),
  );
  return (
    <>
      <NewSilence key={view.silence} matchers={view.silence} onMade={onMade} />
      <Refusal error={end.error} />
      {!shown && error && <ErrorState title="The silences could not be read" error={error} />}
      {!shown && !error && <Loading label="Loading the silences" />}
      {shown?.length === 0 && (
        <EmptyState
          title={data?.length === 0 ? 'Nothing is silenced' : 'No silence matches'}
          detail={
            data?.length === 0
              ? 'While work is going on that is known of, a silence above keeps its alerts from being told.'
              : undefined
          }
        />
      )}
      {shown && shown.length > 0 && (
        <SilenceTable shown={shown} pending={end.isPending} onEnd={(id) => end.mutate(id)} />
      )}
    </>
  );
}

interface SilenceTableProps {
  shown: readonly Silence[];
  pending: boolean;
  onEnd: (id: string) => void;
}

function SilenceTable({ shown, pending, onEnd }: SilenceTableProps) {
  const now = useNow(1_000);
  return (
    <table className={page.table} aria-label="Silences">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Alerts with</th>
          <th scope="col">Until</th>
          <th scope="col" className={page.number}>
            Meant now
          </th>
          <th scope="col">Why</th>
          <th scope="col">
            <span className={classes.hidden}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ id, state, matchers, until, alerts, comment, author }) => (
          <tr key={id} data-silence={id}>
            <td>
              <StateBadge urgency={URGENCY[state]} text={state} />
            </td>
            <td className={page.mono}>{matchers.join(' ')}</td>
            <td className={page.nowrap} title={formatIso(until)}>
              {state === 'expired'
                ? `${formatAge(now - Date.parse(until))} ago`
                : `in ${formatAge(Date.parse(until) - now)}`}
            </td>
            <td className={page.number}>{alerts}</td>
            <td>
              {comment}
              {author !== '' && <span className={page.soft}> — {author}</span>}
            </td>
            <td className={page.number}>
              {state !== 'expired' && (
                <Button size="compact-xs" variant="default" disabled={pending} onClick={() => onEnd(id)}>
                  End
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
