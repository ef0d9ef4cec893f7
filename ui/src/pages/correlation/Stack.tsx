import { UnstyledButton } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { JourneyError } from '../../api/journeys';
import { CopyButton } from '../../components/CopyButton';
import { errorLink } from '../../lib/errorsUrl';
import { stackParts } from '../../lib/journey/stack';
import classes from './Journey.module.css';

/** What was thrown, with the frames of libraries folded. */
export function Stack({ error }: { error: JourneyError }) {
  const parts = useMemo(() => stackParts(error.traceback), [error.traceback]);
  const [shown, setShown] = useState<readonly number[]>([]);
  const whole = () => [...error.traceback, `${error.type}: ${error.message}`].join('\n');
  return (
    <section className={classes.stack} aria-label="Error">
      <div className={classes.stackHead}>
        <b>{error.type}</b> <span>{error.message}</span>
        <span className={classes.stackLinks}>
          {error.group !== undefined && <Link href={errorLink(error.group)}>All errors like this</Link>}
          <CopyButton text={whole} label="Copy the error with its stack" />
        </span>
      </div>
      {parts.map(({ lines, folded }, index) =>
        folded && !shown.includes(index) ? (
          <UnstyledButton key={index} className={classes.folded} onClick={() => setShown([...shown, index])}>
            … {lines.length} lines of libraries
          </UnstyledButton>
        ) : (
          <pre key={index} className={classes.frames}>
            {lines.join('\n')}
          </pre>
        ),
      )}
    </section>
  );
}
