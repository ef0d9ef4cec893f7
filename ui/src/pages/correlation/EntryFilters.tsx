import { ENTRY_KINDS, type EntryKind } from '../../api/journeys';
import { CountChips } from '../../components/CountChips';
import page from '../../components/Page.module.css';
import { SearchInput } from '../../components/SearchInput';
import { countBy, filterEntries, KIND_LABELS, severityOf, type KeyedEntry } from '../../lib/journey/entries';
import { laneColor } from '../../lib/journey/lanes';
import type { JourneyView } from '../../lib/journey/view';
import { formatCount } from '../../lib/number';
import { SEVERITIES, type Severity } from '../../lib/severity';
import classes from './Journey.module.css';

interface EntryFiltersProps {
  entries: readonly KeyedEntry[];
  shown: number;
  view: JourneyView;
  colors: ReadonlyMap<string, number>;
  onChange: (patch: Partial<JourneyView>) => void;
}

/** Agent, kind and severity; each counts what the other filters leave. */
export function EntryFilters({ entries, shown, view, colors, onChange }: EntryFiltersProps) {
  const ofKind = countBy(filterEntries(entries, { ...view, kind: '' }), ({ kind }) => kind);
  const ofAgent = countBy(filterEntries(entries, { ...view, agent: '' }), ({ agent }) => agent);
  const ofSeverity = countBy(filterEntries(entries, { ...view, severity: '' }), severityOf);
  const kinds = ENTRY_KINDS.filter((kind) => ofKind.has(kind) || kind === view.kind);
  const severities = SEVERITIES.filter((each) => ofSeverity.has(each) || each === view.severity);
  const agents = [...colors.keys()].filter((agent) => ofAgent.has(agent) || agent === view.agent);
  return (
    <div className={classes.filters}>
      <SearchInput
        label="Search the entries"
        value={view.query}
        onChange={(query) => onChange({ query })}
        width={200}
      />
      <CountChips<EntryKind>
        label="Kind"
        chips={kinds.map((key) => ({ key, label: KIND_LABELS[key], count: ofKind.get(key) ?? 0 }))}
        value={view.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <CountChips<Severity>
        label="Severity"
        chips={severities.map((key) => ({ key, label: key, count: ofSeverity.get(key) ?? 0 }))}
        value={view.severity}
        onChange={(severity) => onChange({ severity })}
      />
      <CountChips<string>
        label="Agent"
        chips={agents.map((key) => ({
          key,
          label: key,
          count: ofAgent.get(key) ?? 0,
          mark: (
            <span
              className={classes.swatch}
              style={{ '--lane-color': laneColor(colors.get(key)) }}
              aria-hidden
            />
          ),
        }))}
        value={view.agent}
        onChange={(agent) => onChange({ agent })}
      />
      <span className={page.soft} role="status">
        {formatCount(shown)} of {formatCount(entries.length)} entries
      </span>
    </div>
  );
}
