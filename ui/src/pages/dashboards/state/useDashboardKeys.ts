import { useEffect, useEffectEvent } from 'react';
import { isTyping } from '../../../state/useGlobalShortcuts';
import type { DashboardState } from './useDashboardView';

const SEQUENCE_MS = 1_200;

/** `d r` refreshes, `v` shows the panel under the pointer alone, Esc shows all of them again. */
export function useDashboardKeys({ view, actions }: DashboardState): void {
  const handle = useEffectEvent((key: string, afterD: boolean): boolean => {
    if (key === 'r' && afterD) actions.refresh();
    else if (key === 'Escape' && view.viewPanel !== '') actions.viewPanel('');
    else if (key === 'v') {
      const panel = view.viewPanel === '' ? activePanel() : '';
      if (panel === null) return false;
      actions.viewPanel(panel);
    } else return false;
    return true;
  });
  useEffect(() => {
    let lastD = -Infinity;
    let lastG = -Infinity;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      const { key, timeStamp } = event;
      const afterD = timeStamp - lastD < SEQUENCE_MS;
      // `g d` leads to another page.
      lastD = key === 'd' && timeStamp - lastG >= SEQUENCE_MS ? timeStamp : -Infinity;
      lastG = key === 'g' ? timeStamp : -Infinity;
      if (handle(key, afterD)) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** The panel that has the focus, or else the one under the pointer. */
function activePanel(): string | null {
  const focused = document.activeElement?.closest<HTMLElement>('[data-panel]');
  const hovered = document.querySelector<HTMLElement>('[data-panel]:hover');
  return (focused ?? hovered)?.dataset.panel ?? null;
}
