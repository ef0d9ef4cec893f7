import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Hit, SortOrder } from '../../api/types';
import { matcherFor, type HighlightTerm } from '../../lib/lucene/highlight';
import type { LogActions } from './actions';
import { gridLayout } from './columns';
import { hitKey } from './hitKey';
import { LogHeader } from './LogHeader';
import { LogRow } from './LogRow';
import { useFollow, type Follow } from './useFollow';
import { useRowKeys } from './useRowKeys';
import classes from './LogTable.module.css';

const ROW_HEIGHT = 26;
const OPEN_HEIGHT = 420;
const NEAR_END = 30;

interface LogTableProps {
  label: string;
  hits: readonly Hit[];
  columns: readonly string[];
  expanded: ReadonlySet<string>;
  terms: readonly HighlightTerm[];
  actions: LogActions;
  sort?: { order: SortOrder; onChange: (order: SortOrder) => void };
  onEndReached?: (() => void) | undefined;
  /** Keeps the newest row in view while the reader stays at the bottom. */
  follow?: Follow;
  footer?: ReactNode;
}

export function LogTable(props: LogTableProps) {
  const { label, hits, columns, expanded, terms, actions, sort, onEndReached, follow, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const id = useId();
  const layout = useMemo(() => gridLayout(columns), [columns]);
  const matchers = useMemo(() => columns.map((name) => matcherFor(terms, name)), [columns, terms]);

  // eslint-disable-next-line react-hooks/incompatible-library -- the rows are meant to follow every scroll
  const rows = useVirtualizer({
    count: hits.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (isOpen(hits[index], expanded) ? OPEN_HEIGHT : ROW_HEIGHT),
    // Opening and closing makes another size: with a key of its own, no closed row ever has to be measured.
    getItemKey: (index) =>
      isOpen(hits[index], expanded) ? `${keyAt(hits, index)} open` : keyAt(hits, index),
    overscan: 16,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEndReached && lastShown >= hits.length - NEAR_END) onEndReached();
  }, [onEndReached, lastShown, hits.length]);

  useFollow(scroller, hits, follow);
  const onKeyDown = useRowKeys({
    hits,
    active,
    setActive,
    expanded,
    toggle: actions.toggleExpanded,
    reveal: (index) => rows.scrollToIndex(index),
  });
  const activeIndex = active === null ? -1 : hits.findIndex((hit) => hitKey(hit) === active);
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="treegrid"
      aria-label={label}
      aria-rowcount={hits.length + 1}
      aria-activedescendant={activeIndex === -1 ? undefined : `${id}-${activeIndex}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className={classes.sheet} style={{ minWidth: layout.minWidth }}>
        <LogHeader columns={columns} template={layout.template} actions={actions} sort={sort} />
        <div role="rowgroup" className={classes.rows} style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const hit = hits[item.index];
            if (!hit) return null;
            const key = hitKey(hit);
            return (
              <div
                key={key}
                ref={expanded.has(key) ? rows.measureElement : undefined}
                data-index={item.index}
                className={classes.slot}
                role="presentation"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogRow
                  hit={hit}
                  rowId={`${id}-${item.index}`}
                  rowIndex={item.index}
                  columns={columns}
                  template={layout.template}
                  matchers={matchers}
                  open={expanded.has(key)}
                  active={key === active}
                  actions={actions}
                  onActivate={setActive}
                />
              </div>
            );
          })}
        </div>
        {footer !== undefined && <div className={classes.footer}>{footer}</div>}
      </div>
    </div>
  );
}

function isOpen(hit: Hit | undefined, expanded: ReadonlySet<string>): boolean {
  return hit !== undefined && expanded.size > 0 && expanded.has(hitKey(hit));
}

function keyAt(hits: readonly Hit[], index: number): string {
  const hit = hits[index];
  return hit ? hitKey(hit) : String(index);
}
