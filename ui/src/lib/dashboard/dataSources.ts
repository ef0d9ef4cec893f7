import type { DataSourceRef, VariableOption } from './model/types';
import { interpolate } from './variables/interpolate';
import type { Scope } from './variables/types';

export type DataSource =
  | { kind: 'prometheus' }
  /** `index` is the pattern of the indices that it reads. */
  | { kind: 'elasticsearch'; index: string }
  /** A product that is not answered here, by Grafana's name of its plugin. */
  | { kind: 'other'; type: string };

interface Known {
  uid: string;
  name: string;
  source: DataSource;
}

/** As `deploy/grafana/provisioning/datasources/datasources.yml` has them; a test compares the two. */
export const KNOWN_SOURCES: readonly Known[] = [
  { uid: 'prometheus', name: 'Prometheus', source: { kind: 'prometheus' } },
  elastic('elasticsearch-filebeat', 'Elasticsearch agents', 'filebeat-*'),
  elastic('elasticsearch-orchestrator', 'Elasticsearch orchestrator', 'orchestrator-logs-*'),
  elastic('elasticsearch-test-agent', 'Elasticsearch test agent', 'test_agent-*'),
  elastic('elasticsearch-swarmscope', 'Elasticsearch Swarmscope', 'swarmscope-logs-*'),
];

const EVERYTHING = '*';

function elastic(uid: string, name: string, index: string): Known {
  return { uid, name, source: { kind: 'elasticsearch', index } };
}

/** A target's source by its uid or name, else by its type; the first one that is named counts. */
export function resolveSource(refs: readonly (DataSourceRef | null)[], scope: Scope): DataSource {
  const ref = refs.find((each) => each !== null && !isMixed(each));
  const uid = interpolate(ref?.uid ?? '', scope);
  const known = KNOWN_SOURCES.find((each) => each.uid === uid || each.name === uid);
  if (known) return known.source;
  const type = ref?.type ?? '';
  if (type === 'prometheus' || (type === '' && (uid === '' || uid === 'default')))
    return { kind: 'prometheus' };
  // Somebody else's Elasticsearch has other indices; here there is one store, and all of it is searched.
  if (type === 'elasticsearch') return { kind: 'elasticsearch', index: EVERYTHING };
  return { kind: 'other', type: type === '' ? uid : type };
}

/** `-- Mixed --` leaves it to each target, `-- Dashboard --` is answered by another panel. */
function isMixed({ uid }: DataSourceRef): boolean {
  return uid === '-- Mixed --';
}

/** What a variable that chooses a data source offers. */
export function sourceOptions(type: string): VariableOption[] {
  return KNOWN_SOURCES.filter(({ source }) => source.kind === type).map(({ uid, name }) => ({
    text: name,
    value: uid,
  }));
}
