import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Journey } from '../../api/journeys';
import type { KeyedEntry } from '../../lib/journey/entries';
import { EntryRow } from './EntryRow';
import { useEntryKeys } from './useEntryKeys';
import classes from './Journey.module.css';

const ROW_HEIGHT = 27;
const OPEN_HEIGHT = 360;

interface EntryListProps {
  journey: Journey;
  entries: readonly KeyedEntry[];
  colors: ReadonlyMap<string, number>;
  open: readonly string[];
  onOpen: (open: string[]) => void;
}

/** Everything in time order. Only what is in view is drawn: a journey may have ten thousand entries. */
export function EntryList({ journey, entries, colors, open, onOpen }: EntryListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(open[0] ?? null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the rows are meant to follow every scroll
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (open.includes(entries[index]?.key ?? '') ? OPEN_HEIGHT : ROW_HEIGHT),
    // Opening and closing makes another size: with a key of its own, no closed row ever has to be measured.
    getItemKey: (index) => {
      const key = entries[index]?.key ?? String(index);
      return open.includes(key) ? `${key} open` : key;
    },
    overscan: 12,
  });
  const toggle = (key: string) => {
    setActive(key);
    onOpen(open.includes(key) ? open.filter((each) => each !== key) : [...open, key]);
  };
  // What a link or a bar of the waterfall opens is brought into view once.
  const first = open[0];
  const [revealed, setRevealed] = useState<string | undefined>(undefined);
  useEffect(() => {
    const index = first === undefined ? -1 : entries.findIndex(({ key }) => key === first);
    if (first === revealed || index === -1) return;
    if (open.length === 1) rows.scrollToIndex(index, { align: 'center' });
    setRevealed(first);
  }, [first, revealed, open.length, entries, rows]);
  const onKeyDown = useEntryKeys({
    entries,
    active,
    setActive,
    open,
    toggle,
    reveal: (index) => rows.scrollToIndex(index),
  });
  const start = Date.parse(journey.started_at);
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="group"
      aria-label="Entries; arrows move, Enter opens, e goes to the next error"
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <ol className={classes.list} aria-label="Entries in time order" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const keyed = entries[item.index];
          if (!keyed) return null;
          const isOpen = open.includes(keyed.key);
          return (
            <li
              key={keyed.key}
              ref={isOpen ? rows.measureElement : undefined}
              data-index={item.index}
              className={classes.slot}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <EntryRow
                keyed={keyed}
                start={start}
                span={keyed.entry.span === undefined ? undefined : journey.spans[keyed.entry.span]}
                color={keyed.entry.agent === null ? undefined : colors.get(keyed.entry.agent)}
                open={isOpen}
                active={keyed.key === active}
                onToggle={toggle}
              />
            </li>
          );
        })}
      </ol>
      {entries.length === 0 && (
        <p className={classes.none} role="status">
          No entry is left by these filters.
        </p>
      )}
    </div>
  );
}
