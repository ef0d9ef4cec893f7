import { useEffect } from 'react';

/** Refreshes every so many seconds while the tab is visible; 0 means never. */
export function useAutoRefresh(seconds: number, refresh: () => void): void {
  useEffect(() => {
    if (seconds === 0) return;
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, seconds * 1_000);
    return () => window.clearInterval(timer);
  }, [seconds, refresh]);
}
