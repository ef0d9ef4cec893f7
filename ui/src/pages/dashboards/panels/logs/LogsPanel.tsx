import { useCallback, useMemo, useState } from 'react';
import { LogTable } from '../../../../components/logs/LogTable';
import type { PanelProps } from '../../grid/PanelBody';
import { DEFAULT_COLUMNS } from '../../../../lib/discoverUrl';
import type { HighlightTerm } from '../../../../lib/lucene/highlight';
import { NoData } from '../../grid/PanelNotes';

/** A query that is always the same marks nothing that anybody looks for. */
const NO_TERMS: readonly HighlightTerm[] = [];

/** Documents as Discover shows them; a click opens one. */
export default function LogsPanel({ panel, data, title, width }: PanelProps) {
  const { hits: found } = data;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggleExpanded = useCallback(
    (key: string) =>
      setOpen((now) => {
        const next = new Set(now);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  const actions = useMemo(() => ({ toggleExpanded }), [toggleExpanded]);
  const ascending = panel.options.sortOrder === 'Ascending';
  const hits = useMemo(() => (ascending ? found.toReversed() : found), [found, ascending]);
  if (hits.length === 0) return <NoData text="No documents" />;
  return (
    <LogTable
      label={title || 'Documents'}
      hits={hits}
      columns={columnsFor(width)}
      expanded={open}
      terms={NO_TERMS}
      actions={actions}
    />
  );
}

/** The message needs room to be read: columns go before it gets too narrow. */
const MEDIUM = ['severity', 'event_type', 'message'];
const NARROW = ['severity', 'message'];

function columnsFor(width: number): readonly string[] {
  if (width >= 960) return DEFAULT_COLUMNS;
  return width >= 800 ? MEDIUM : NARROW;
}
