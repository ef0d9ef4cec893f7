import { Button, Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconClock } from '@tabler/icons-react';
import { memo } from 'react';
import { describeRange, PRESETS, sameRange, type TimeRange } from '../../lib/time/range';
import { TimeForm } from './TimeForm';
import classes from './Time.module.css';

interface TimePickerProps {
  value: TimeRange;
  disabled?: boolean;
  /** Ranges without a start or an end; where points are computed along the range there have to be both. */
  openEnds?: boolean;
  onChange: (range: TimeRange) => void;
}

export const TimePicker = memo(function TimePicker(props: TimePickerProps) {
  const { value, disabled = false, openEnds = false, onChange } = props;
  const [opened, panel] = useDisclosure(false);
  const choose = (range: TimeRange) => {
    panel.close();
    onChange(range);
  };
  const text = describeRange(value);
  return (
    <Popover opened={opened} onChange={(next) => !next && panel.close()} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.time}
          disabled={disabled}
          onClick={panel.toggle}
          aria-label={`Time range: ${text}`}
          leftSection={<IconClock size={15} aria-hidden />}
          rightSection={<IconChevronDown size={13} aria-hidden />}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.panel}>
          <TimeForm value={value} openEnds={openEnds} onApply={choose} />
          <div className={classes.presets}>
            <p className={classes.heading}>Quick ranges</p>
            {(openEnds ? PRESETS : CLOSED_PRESETS).map(({ label, range }) => (
              <UnstyledButton
                key={label}
                className={classes.preset}
                aria-current={sameRange(range, value)}
                onClick={() => choose(range)}
              >
                {label}
              </UnstyledButton>
            ))}
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
});

const CLOSED_PRESETS = PRESETS.filter(({ range }) => range.from !== '' && range.to !== '');
