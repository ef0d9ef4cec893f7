import { ActionIcon, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconBrightnessAuto, IconMoon, IconSun } from '@tabler/icons-react';
import classes from './Shell.module.css';

const SCHEMES = [
  { scheme: 'light', label: 'Light', Icon: IconSun },
  { scheme: 'dark', label: 'Dark', Icon: IconMoon },
  { scheme: 'auto', label: 'Like the system', Icon: IconBrightnessAuto },
] as const satisfies readonly { scheme: MantineColorScheme; label: string; Icon: typeof IconSun }[];

export function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div role="radiogroup" aria-label="Colour scheme" style={{ display: 'flex' }}>
      {SCHEMES.map(({ scheme, label, Icon }) => (
        <Tooltip key={scheme} label={label}>
          <ActionIcon
            variant="transparent"
            className={classes.tool}
            role="radio"
            aria-checked={colorScheme === scheme}
            aria-label={label}
            data-active={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
          >
            <Icon size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  );
}
