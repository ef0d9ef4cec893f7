import { lazy, type ComponentType } from 'react';
import { ConnectionError } from '../api/http';
import { reportLost } from '../state/connection';

/** A page that is fetched when it is first visited; one that cannot be fetched is a server that does not answer. */
export function lazyPage<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() =>
    load().catch((cause: unknown) => {
      reportLost();
      throw new ConnectionError(cause);
    }),
  );
}
