import { useEffect, useEffectEvent } from 'react';
import { useLocation } from 'wouter';
import { PAGES } from './pages';

const SEQUENCE_MS = 1_200;

/** `/`, `?` and the two-key sequences that start with `g`, wherever no text is being typed. */
export function useGlobalShortcuts(onHelp: () => void): void {
  const [, navigate] = useLocation();
  const handle = useEffectEvent((key: string, afterG: boolean): boolean => {
    if (key === '?') onHelp();
    else if (key === '/') return focusQuery();
    else {
      const page = afterG ? PAGES.find((each) => each.key2 === key) : undefined;
      if (!page) return false;
      navigate(page.path);
    }
    return true;
  });
  useEffect(() => {
    let lastG = -Infinity;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const afterG = event.timeStamp - lastG < SEQUENCE_MS;
      lastG = event.key === 'g' ? event.timeStamp : -Infinity;
      if (handle(event.key, afterG)) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Whether keys belong to a text that is being written. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role="textbox"]'))
  );
}

function focusQuery(): boolean {
  const query = document.querySelector<HTMLElement>('[data-shortcut="query"]');
  query?.focus();
  return query !== null;
}
