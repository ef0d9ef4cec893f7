import { ActionIcon, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { CALCULATION_LABELS, CALCULATIONS, type Calculation } from '../../lib/chart/statistics';
import classes from './Charts.module.css';

interface CalculationMenuProps {
  value: readonly Calculation[];
  onChange: (value: Calculation[]) => void;
}

export function CalculationMenu({ value, onChange }: CalculationMenuProps) {
  const toggle = (name: Calculation, on: boolean) =>
    onChange(CALCULATIONS.filter((each) => (each === name ? on : value.includes(each))));
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon
          className={classes.legendMenu}
          variant="subtle"
          color="gray"
          size="sm"
          aria-label="Figures in the legend"
        >
          <IconColumns3 size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={10}>
        <Stack gap={6}>
          {CALCULATIONS.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={CALCULATION_LABELS[name]}
              checked={value.includes(name)}
              onChange={(event) => toggle(name, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
