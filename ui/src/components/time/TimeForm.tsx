import { Button } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { isRelative, parseDateMath } from '../../lib/time/dateMath';
import { formatInstant, zoneName } from '../../lib/time/format';
import { rangeProblem, type TimeRange } from '../../lib/time/range';
import { TimeInput } from './TimeInput';
import classes from './Time.module.css';

interface TimeFormProps {
  value: TimeRange;
  openEnds: boolean;
  onApply: (range: TimeRange) => void;
}

/** Both ends as text: relative (`now-30m`), absolute, or empty for no limit where there may be none. */
export function TimeForm({ value, openEnds, onApply }: TimeFormProps) {
  const [from, setFrom] = useState(() => shown(value.from));
  const [to, setTo] = useState(() => shown(value.to));
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const range = { from: stored(from), to: stored(to) };
    const found = rangeProblem(range, Date.now(), openEnds);
    setProblem(found);
    if (found === null) onApply(range);
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.heading}>Custom range</p>
      <TimeInput
        label="From"
        value={from}
        placeholder={openEnds ? 'beginning of time' : 'now-1h'}
        onChange={setFrom}
      />
      <TimeInput
        label="To"
        value={to}
        placeholder={openEnds ? 'no end' : 'now'}
        onChange={setTo}
        error={problem}
      />
      <Button type="submit">Apply</Button>
      <div className={classes.note}>
        <code>now-30m</code>, <code>now/d</code> (UTC), or <code>2026-01-31 12:00</code>
        <br />
        Times are shown in {zoneName()}.
      </div>
    </form>
  );
}

function shown(text: string): string {
  const at = isRelative(text) ? null : parseDateMath(text, 0);
  return at === null ? text : formatInstant(at);
}

/** A date typed in the viewer's zone is kept as an instant, so that a shared link means the same elsewhere. */
function stored(text: string): string {
  const at = isRelative(text) ? null : parseDateMath(text, 0);
  return at === null ? text.trim() : new Date(at).toISOString();
}
