import { useMemo } from 'react';
import type { Json } from '../api/types';
import { jsonTokens } from '../lib/jsonTokens';
import classes from './JsonView.module.css';

export function JsonView({ value }: { value: Json }) {
  const tokens = useMemo(() => jsonTokens(JSON.stringify(value, null, 2)), [value]);
  return (
    <pre className={classes.json}>
      {tokens.map(({ kind, text }, index) =>
        kind === 'plain' ? (
          text
        ) : (
          <span key={index} className={classes[kind]}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}
