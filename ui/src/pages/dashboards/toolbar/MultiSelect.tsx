import { Button, Checkbox, Popover, ScrollArea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { ALL, isAll, type Variable } from '../../../lib/dashboard/variables/types';
import classes from './MultiSelect.module.css';

interface MultiSelectProps {
  id: string;
  variable: Variable;
  onChange: (values: readonly string[]) => void;
}

/** Lists longer than this can be searched. */
const SEARCHED_FROM = 8;

/** Several values, or all of them; one click outside and they are applied. */
export function MultiSelect({ id, variable, onChange }: MultiSelectProps) {
  const { definition, options, current } = variable;
  const [opened, panel] = useDisclosure(false);
  const [draft, setDraft] = useState<readonly string[]>(current);
  const [words, setWords] = useState('');
  const open = () => {
    setDraft(current);
    setWords('');
    panel.open();
  };
  const close = () => {
    panel.close();
    const next = draft.length > 0 ? draft : definition.includeAll ? [ALL] : current;
    if (next.join('\n') !== current.join('\n')) onChange(next);
  };
  const matching = options.filter(({ text }) => text.toLowerCase().includes(words.toLowerCase()));
  return (
    <Popover opened={opened} onChange={(next) => !next && close()} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button
          id={id}
          variant="default"
          maw={280}
          onClick={() => (opened ? close() : open())}
          aria-label={`${definition.label}: ${textOf(variable)}`}
          rightSection={<IconChevronDown size={13} aria-hidden />}
        >
          {textOf(variable)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        {options.length > SEARCHED_FROM && (
          <TextInput
            mb={6}
            aria-label={`Search ${definition.label}`}
            placeholder="Search"
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
        <ScrollArea.Autosize mah={320} type="auto">
          <div className={classes.options}>
            {matching.map(({ value, text }) => (
              <Checkbox
                key={value}
                size="xs"
                label={text}
                checked={draft.includes(value)}
                onChange={() => setDraft(toggled(draft, value))}
              />
            ))}
            {matching.length === 0 && 'Nothing found'}
          </div>
        </ScrollArea.Autosize>
        <Button fullWidth mt={8} onClick={close}>
          Apply
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function textOf({ current, options }: Variable): string {
  if (isAll(current)) return 'All';
  const texts = current.map((value) => options.find((each) => each.value === value)?.text ?? value);
  return texts.length > 2
    ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2}`
    : texts.join(', ') || 'None';
}

/** Everything and some of it exclude each other. */
function toggled(draft: readonly string[], value: string): string[] {
  if (value === ALL) return draft.includes(ALL) ? [] : [ALL];
  const rest = draft.filter((each) => each !== ALL);
  return rest.includes(value) ? rest.filter((each) => each !== value) : [...rest, value];
}
