import { useEffect, useReducer, useState } from 'react';
import { tailUrl } from '../../../api/logs';
import type { Hit } from '../../../api/types';
import { EMPTY_TAIL, tailReducer } from './tailBuffer';

export type TailStatus = 'connecting' | 'open' | 'retrying' | 'refused';

const FLUSH_MS = 120;

/** The event stream, drawn at most every `FLUSH_MS`: a fast log must not cost a render per line. */
export function useTail(query: string, index: string, frozen: boolean) {
  const [tail, dispatch] = useReducer(tailReducer, EMPTY_TAIL);
  const [status, setStatus] = useState<TailStatus>('connecting');

  useEffect(() => {
    const source = new EventSource(tailUrl(query, index));
    let batch: Hit[] = [];
    const flush = () => {
      if (batch.length === 0) return;
      dispatch({ type: 'hits', hits: batch });
      batch = [];
    };
    const timer = window.setInterval(flush, FLUSH_MS);
    source.onopen = () => setStatus('open');
    source.onerror = () => setStatus(source.readyState === EventSource.CLOSED ? 'refused' : 'retrying');
    source.addEventListener('hits', (event: MessageEvent<string>) => {
      batch.push(...(JSON.parse(event.data) as { hits: Hit[] }).hits);
    });
    source.addEventListener('lagged', (event: MessageEvent<string>) => {
      dispatch({ type: 'lagged', skipped: (JSON.parse(event.data) as { skipped: number }).skipped });
    });
    return () => {
      window.clearInterval(timer);
      source.close();
    };
  }, [query, index]);

  useEffect(() => dispatch({ type: 'freeze', frozen }), [frozen]);

  return { tail, status, clear: () => dispatch({ type: 'clear' }) };
}
