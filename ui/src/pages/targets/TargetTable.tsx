import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Target } from '../../api/prometheusTypes';
import page from '../../components/Page.module.css';
import { TargetRow } from './TargetRow';
import classes from './Targets.module.css';

/** A pool of thousands is searched, not scrolled. */
const ROWS = 200;

export function TargetTable({ targets, now }: { targets: readonly Target[]; now: number }) {
  const [most, setMost] = useState(ROWS);
  return (
    <>
      <table className={`${page.table} ${classes.table}`}>
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Health</th>
            <th scope="col">Labels</th>
            <th scope="col">Last scrape</th>
            <th scope="col" className={page.number}>
              Took
            </th>
            <th scope="col">Look at</th>
          </tr>
        </thead>
        <tbody>
          {targets.slice(0, most).map((target) => (
            <TargetRow
              key={`${target.scrapeUrl} ${JSON.stringify(target.labels)}`}
              target={target}
              now={now}
            />
          ))}
        </tbody>
      </table>
      {targets.length > most && (
        <div className={classes.more}>
          {most} of {targets.length} targets
          <Button size="compact-xs" variant="default" onClick={() => setMost(targets.length)}>
            Show all
          </Button>
        </div>
      )}
    </>
  );
}
