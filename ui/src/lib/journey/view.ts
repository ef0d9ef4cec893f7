import { ENTRY_KINDS, type EntryKind } from '../../api/journeys';
import { SEVERITIES, type Severity } from '../severity';

/** What the page of a journey shows; all of it lives in the URL. */
export interface JourneyView {
  kind: EntryKind | '';
  agent: string;
  severity: Severity | '';
  query: string;
  /** Keys of the entries that are open. */
  open: string[];
  /** The task whose spans and entries alone are shown. */
  task: string;
}

export function parseJourneyView(search: string): JourneyView {
  const params = new URLSearchParams(search);
  return {
    kind: ENTRY_KINDS.find((kind) => kind === params.get('kind')) ?? '',
    agent: params.get('agent') ?? '',
    severity: SEVERITIES.find((severity) => severity === params.get('severity')) ?? '',
    query: params.get('q') ?? '',
    open: params.getAll('open'),
    task: params.get('task') ?? '',
  };
}

export function formatJourneyView(view: JourneyView): string {
  const params = new URLSearchParams();
  if (view.kind) params.set('kind', view.kind);
  if (view.agent) params.set('agent', view.agent);
  if (view.severity) params.set('severity', view.severity);
  if (view.query) params.set('q', view.query);
  if (view.task) params.set('task', view.task);
  for (const key of view.open) params.append('open', key);
  return params.toString();
}

export function journeyLink(id: string, view: Partial<JourneyView> = {}): string {
  const search = formatJourneyView({ ...parseJourneyView(''), ...view });
  const path = `/correlation/${encodeURIComponent(id)}`;
  return search === '' ? path : `${path}?${search}`;
}
