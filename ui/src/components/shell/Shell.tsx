import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useGlobalShortcuts } from '../../state/useGlobalShortcuts';
import { ConnectionBanner } from './ConnectionBanner';
import { Header } from './Header';
import { ShortcutsHelp } from './ShortcutsHelp';
import classes from './Shell.module.css';

export function Shell({ children }: { children: ReactNode }) {
  const [helpOpened, help] = useDisclosure(false);
  useGlobalShortcuts(help.toggle);
  return (
    <div className={classes.shell}>
      <Header onHelp={help.open} />
      <ConnectionBanner />
      <main className={classes.main}>{children}</main>
      <ShortcutsHelp opened={helpOpened} onClose={help.close} />
    </div>
  );
}
