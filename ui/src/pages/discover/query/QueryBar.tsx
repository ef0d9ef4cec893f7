import { UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconSearch, IconX } from '@tabler/icons-react';
import { lazy, memo, Suspense, useState } from 'react';
import { validate } from '../../../api/logs';
import type { ErrorBody, Field, FieldValue } from '../../../api/types';
import { textRange } from '../../../lib/utf8';
import type { DiscoverActions } from '../state/useDiscoverState';
import classes from './QueryBar.module.css';

const QueryEditor = lazy(() => import('./QueryEditor'));

/** Long enough not to call a word wrong that is still being typed. */
const VALIDATE_AFTER_MS = 350;

interface QueryBarProps {
  value: string;
  fields: Field[];
  suggestValues: (field: string) => Promise<FieldValue[]>;
  actions: DiscoverActions;
}

export const QueryBar = memo(function QueryBar({ value, fields, suggestValues, actions }: QueryBarProps) {
  const [draft, setDraft] = useState(value);
  const [committed, setCommitted] = useState(value);
  // Back, forward and links change the query from outside: they win over an unfinished draft.
  if (committed !== value) {
    setCommitted(value);
    setDraft(value);
  }
  const error = useFault(draft);
  const submit = (text: string) => {
    setDraft(text);
    actions.search({ query: text.trim() });
  };
  return (
    <div className={classes.bar} data-invalid={error !== null}>
      <IconSearch className={classes.icon} size={15} aria-hidden />
      <div className={classes.editor}>
        <Suspense fallback={<span className={classes.fallback}>{draft}</span>}>
          <QueryEditor
            value={draft}
            fields={fields}
            suggestValues={suggestValues}
            fault={error?.position ? textRange(draft, error.position) : null}
            invalid={error !== null}
            onChange={setDraft}
            onSubmit={submit}
          />
        </Suspense>
      </div>
      {draft !== '' && (
        <UnstyledButton
          className={classes.clear}
          aria-label="Clear the query"
          tabIndex={-1}
          onClick={() => submit('')}
        >
          <IconX size={14} aria-hidden />
        </UnstyledButton>
      )}
      {error && (
        <div className={classes.error} role="alert" id="query-error">
          <strong>{error.message}</strong>
          {error.hint && <span> {error.hint}</span>}
        </div>
      )}
    </div>
  );
});

/** The server's word on the draft: one grammar, the one that will run. */
function useFault(draft: string): ErrorBody | null {
  const [settled] = useDebouncedValue(draft.trimEnd(), VALIDATE_AFTER_MS);
  const { data } = useQuery({
    queryKey: ['logs', 'validate', settled],
    queryFn: ({ signal }) => validate(settled, signal),
    enabled: settled !== '',
  });
  return settled === draft.trimEnd() && data?.valid === false ? data.error : null;
}
