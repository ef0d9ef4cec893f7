import { UnstyledButton } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { GroupFrame } from '../../api/errors';
import { CopyButton } from '../../components/CopyButton';
import classes from './Errors.module.css';
import { foldFrames } from './foldFrames';
import { frameName } from './frameName';

/** The calls that led to the error, the innermost first; those of libraries are folded. */
export function Frames({ frames }: { frames: readonly GroupFrame[] }) {
  const parts = useMemo(() => foldFrames(frames), [frames]);
  const [shown, setShown] = useState<readonly number[]>([]);
  if (frames.length === 0) return null;
  return (
    <section aria-label="Frames">
      <h3>
        Calls, the innermost first{' '}
        <CopyButton text={() => frames.map(frameText).join('\n')} label="Copy the calls" />
      </h3>
      <ol className={classes.frames}>
        {parts.map(({ frames: part, folded }, index) =>
          folded && !shown.includes(index) ? (
            <li key={index}>
              <UnstyledButton className={classes.folded} onClick={() => setShown([...shown, index])}>
                … {part.length} {part.length === 1 ? 'call' : 'calls'} of libraries
              </UnstyledButton>
            </li>
          ) : (
            part.map((frame, at) => <Frame key={`${index}.${at}`} frame={frame} />)
          ),
        )}
      </ol>
    </section>
  );
}

function Frame({ frame }: { frame: GroupFrame }) {
  return (
    <li className={classes.frame} data-app={frame.in_app}>
      <b title={frame.function}>{frameName(frame.function) || '(no name)'}</b>
      <span>
        {frame.file}
        {frame.line !== null && `:${frame.line}`}
      </span>
    </li>
  );
}

function frameText({ function: name, file, line }: GroupFrame): string {
  return `${name} ${file}${line === null ? '' : `:${line}`}`.trim();
}
