import { useMemo } from 'react';
import type { TimeSpan } from '../../../components/charts/types';
import { movedSpan, spanRange } from '../../../lib/time/moveSpan';
import { useDashboard } from './context';

/** Dragging over a chart shows what was marked; a double click shows twice as much. */
export function useZoom() {
  const { state } = useDashboard();
  const { range, actions } = state;
  return useMemo(
    () => ({
      onZoom: (span: TimeSpan) => actions.setRange(spanRange(span)),
      onZoomOut: () => actions.setRange(movedSpan(range, 'wider', Date.now())),
    }),
    [range, actions],
  );
}
