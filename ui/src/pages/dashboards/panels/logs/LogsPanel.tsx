import { useCallback, useMemo, useState } from 'react';
import { LogTable } from '../../../../components/logs/LogTable';
import type { PanelProps } from '../../grid/PanelBody';
import { DEFAULT_COLUMNS } from '../../../../lib/discoverUrl';
import { highlightTerms } from '../../../../lib/lucene/highlight';
import { NoData } from '../../grid/PanelNotes';

/** Documents as Discover shows them; a click opens one. */
export default function LogsPanel({ panel, data, title }: PanelProps) {
  const { hits: found, questions } = data;
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
  const queryText = questions.elastic[0]?.queryText ?? '';
  const terms = useMemo(() => highlightTerms(queryText), [queryText]);
  if (hits.length === 0) return <NoData text="No documents" />;
  return (
    <LogTable
      label={title || 'Documents'}
      hits={hits}
      columns={DEFAULT_COLUMNS}
      expanded={open}
      terms={terms}
      actions={actions}
    />
  );
}
