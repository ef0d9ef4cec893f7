import { Kbd, Modal } from '@mantine/core';
import { PAGES } from '../../state/pages';
import classes from './Shell.module.css';

const SHORTCUTS: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ['/'], does: 'Focus the query' },
  ...PAGES.map(({ key2, label }) => ({ keys: ['g', key2], does: `Go to ${label}` })),
  { keys: ['↑', '↓'], does: 'Move through a table' },
  { keys: ['j', 'k'], does: 'Through the list of errors' },
  { keys: ['Shift', 'R'], does: 'On the page of an error: resolve it, or open it again' },
  { keys: ['Enter'], does: 'Open or close the row; in the query: search' },
  { keys: ['Ctrl', 'Enter'], does: 'Run the query of Metrics; Shift+Enter begins a new line in it' },
  { keys: ['Ctrl', 'Space'], does: 'Suggestions in the query' },
  { keys: ['d', 'r'], does: 'On a dashboard: refresh' },
  { keys: ['v'], does: 'On a dashboard: show the panel under the pointer alone' },
  { keys: ['e'], does: 'In the entries of a journey: the next error' },
  { keys: ['Esc'], does: 'Close what is open' },
  { keys: ['?'], does: 'This list' },
];

export function ShortcutsHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="sm">
      {SHORTCUTS.map(({ keys, does }) => (
        <div key={does} className={classes.shortcut}>
          <span>
            {keys.map((key) => (
              <Kbd key={key} size="xs" mr={4}>
                {key}
              </Kbd>
            ))}
          </span>
          <span>{does}</span>
        </div>
      ))}
    </Modal>
  );
}
