import { Button, Group, NativeSelect } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tryRule, type Trial, type WrittenRule } from '../../../api/alerts';
import { LabelTags } from '../../../components/LabelTags';
import { Refusal } from '../../../components/Refusal';
import { instanceLabels } from '../../../lib/rules';
import { formatDuration, formatTimestamp } from '../../../lib/time/format';
import classes from './Editor.module.css';

const SPANS = [
  { value: 'now-1h', label: 'the last hour' },
  { value: 'now-6h', label: 'the last 6 hours' },
  { value: 'now-1d', label: 'the last day' },
  { value: 'now-7d', label: 'the last 7 days' },
];
const ROWS = 50;

/** When the rule would have fired, asked before it is saved. */
export function TryOut({ rule }: { rule: WrittenRule }) {
  const [from, setFrom] = useState('now-1d');
  const trial = useMutation({ mutationFn: () => tryRule(rule, from) });
  if (rule.agents || rule.tasks) {
    return (
      <p className={classes.soft}>
        How {rule.agents ? 'agents' : 'tasks'} stood in the past is not kept, so such a rule is saved without
        a trial.
      </p>
    );
  }
  return (
    <section className={classes.trial} aria-label="Try it on the past">
      <Group gap="xs" align="end">
        <NativeSelect
          size="xs"
          label="Try it on"
          data={SPANS}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <Button size="xs" variant="default" loading={trial.isPending} onClick={() => trial.mutate()}>
          Try
        </Button>
      </Group>
      <Refusal error={trial.error} />
      {trial.data && <Result trial={trial.data} rule={rule} />}
    </section>
  );
}

function Result({ trial, rule }: { trial: Trial; rule: WrittenRule }) {
  const { from, to, fired, evaluations, step_ms: step, took_ms: took, alerts } = trial;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const percent = (at: number) => (100 * (at - start)) / Math.max(end - start, 1);
  const untilOf = (resolved: string | null) => (resolved === null ? end : Date.parse(resolved));
  return (
    <>
      <div role="status">
        <b>
          {fired === 0
            ? 'It would not have fired.'
            : `It would have fired ${fired} ${fired === 1 ? 'time' : 'times'}.`}
        </b>{' '}
        <span className={classes.soft}>
          {evaluations} evaluations, one every {formatDuration(step)}, in {took} ms
        </span>
      </div>
      <div>
        <div className={classes.strip} aria-hidden>
          {alerts.map(({ fired_at, resolved_at }, index) => {
            const left = percent(Date.parse(fired_at));
            const width = `${percent(untilOf(resolved_at)) - left}%`;
            return (
              <div
                key={index}
                className={classes.span}
                style={{ left: `min(${left}%, calc(100% - 2px))`, width }}
              />
            );
          })}
        </div>
        <div className={classes.ends}>
          <span>{formatTimestamp(start)}</span>
          <span>{formatTimestamp(end)}</span>
        </div>
      </div>
      {alerts.length > 0 && (
        <ul className={classes.list} tabIndex={0} aria-label="When it would have fired">
          {alerts.slice(0, ROWS).map(({ labels, annotations, fired_at, resolved_at }, index) => (
            <li key={index}>
              {formatTimestamp(Date.parse(fired_at))}{' '}
              <span className={classes.soft}>
                for {formatDuration(untilOf(resolved_at) - Date.parse(fired_at))}
                {resolved_at === null && ', still'}
              </span>{' '}
              <LabelTags labels={instanceLabels(labels, { name: rule.alert, labels: rule.labels ?? {} })} />{' '}
              {annotations.summary}
            </li>
          ))}
          {fired > ROWS && <li className={classes.soft}>and {fired - Math.min(ROWS, alerts.length)} more</li>}
        </ul>
      )}
    </>
  );
}
