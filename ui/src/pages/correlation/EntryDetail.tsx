import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { JourneyEntry, JourneySpan } from '../../api/journeys';
import { search } from '../../api/logs';
import type { Hit } from '../../api/types';
import { DocumentView } from '../../components/document/DocumentView';
import type { LogActions } from '../../components/logs/actions';
import { quote } from '../../lib/lucene/escape';
import { tasksLink } from '../../lib/taskUrl';
import { formatDuration, formatIso } from '../../lib/time/format';
import { Stack } from './Stack';
import classes from './Journey.module.css';

interface EntryDetailProps {
  entry: JourneyEntry;
  span: JourneySpan | undefined;
}

/** What there is to know of one entry: the error first, then the facts, then the document. */
export function EntryDetail({ entry, span }: EntryDetailProps) {
  return (
    <div className={classes.detail}>
      {entry.error && <Stack error={entry.error} />}
      <dl className={classes.about}>
        {facts(entry, span).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {entry.task_id !== undefined && (
          <div>
            <dt>Task</dt>
            <dd>
              <Link href={tasksLink({ open: entry.task_id })}>{entry.task_id}</Link>
            </dd>
          </div>
        )}
      </dl>
      {entry.document && <Document place={entry.document} />}
    </div>
  );
}

function facts(entry: JourneyEntry, span: JourneySpan | undefined): [string, string][] {
  const found: [string, string][] = [];
  if (!entry.document) found.push(['What', entry.message]);
  if (entry.until !== undefined) {
    const lasted = Date.parse(entry.until) - Date.parse(entry.at);
    found.push(['Until', `${formatIso(entry.until)}, ${formatDuration(lasted)}`]);
  }
  if (span) {
    found.push(['From', formatIso(span.from)], ['To', span.open ? 'not yet' : formatIso(span.to)]);
    if (span.outcome) found.push(['Ended', span.outcome.replace('_', ' ')]);
    if (span.error_type) found.push(['Error class', span.error_type]);
    if (span.error_message) found.push(['Error', span.error_message]);
    if (span.slowest) found.push(['Slowest', 'no other step took so long']);
  }
  if (entry.logged_at !== undefined) found.push(['Logged as', formatIso(entry.logged_at)]);
  return found;
}

/** The document as it is stored, fetched when it is looked at. */
function Document({ place }: { place: { index: string; id: string } }) {
  const { data, isPending } = useQuery({
    queryKey: ['document', place.index, place.id],
    queryFn: ({ signal }) => fetchDocument(place, signal),
    staleTime: Infinity,
  });
  const actions: LogActions = { toggleExpanded: () => undefined };
  if (data) return <DocumentView hit={data} columns={[]} actions={actions} />;
  return (
    <p className={classes.none}>
      {isPending ? 'Fetching the document' : 'The document is not there any more.'}
    </p>
  );
}

async function fetchDocument(
  { index, id }: { index: string; id: string },
  signal: AbortSignal,
): Promise<Hit | null> {
  const page = await search({ query: `_id:${quote(id)}`, index, sort: 'asc', size: 1 }, signal);
  return page.hits[0] ?? null;
}
