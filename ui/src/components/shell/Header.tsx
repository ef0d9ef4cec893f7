import { ActionIcon, Tooltip } from '@mantine/core';
import { IconKeyboard } from '@tabler/icons-react';
import { Link, useRoute } from 'wouter';
import { PAGES } from '../../state/pages';
import { ThemeSwitch } from './ThemeSwitch';
import { Logo } from './Logo';
import classes from './Shell.module.css';

export function Header({ onHelp }: { onHelp: () => void }) {
  return (
    <header className={classes.header}>
      <Link href="/discover" className={classes.brand} aria-label="Swarmscope, go to Discover">
        <Logo />
        Swarmscope
      </Link>
      <nav className={classes.nav} aria-label="Pages">
        {PAGES.map((page) => (
          <NavLink key={page.path} {...page} />
        ))}
      </nav>
      <div className={classes.tools}>
        <ThemeSwitch />
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon
            variant="transparent"
            className={classes.tool}
            aria-label="Keyboard shortcuts"
            onClick={onHelp}
          >
            <IconKeyboard size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  );
}

function NavLink({ path, label, key2 }: { path: string; label: string; key2: string }) {
  const [active] = useRoute(`${path}/*?`);
  return (
    <Link
      href={path}
      className={classes.link}
      aria-current={active ? 'page' : undefined}
      title={`${label} (g ${key2})`}
    >
      {label}
    </Link>
  );
}
