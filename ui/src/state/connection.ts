import { createStore } from './store';

/** Since when the server has not answered, or null while it does. */
export const lostSince = createStore<number | null>(null);

const PROBE_MS = 2_000;

export function reportReached(): void {
  lostSince.set(null);
}

/** One failed request is enough: the probe takes the banner away again as soon as the server answers. */
export function reportLost(): void {
  if (lostSince.get() !== null) return;
  lostSince.set(Date.now());
  window.setTimeout(() => void probe(), PROBE_MS);
}

async function probe(): Promise<void> {
  if (lostSince.get() === null) return;
  try {
    // Any answer will do, even 503: the question is only whether there is somebody.
    await fetch('/health', { cache: 'no-store' });
    reportReached();
  } catch {
    window.setTimeout(() => void probe(), PROBE_MS);
  }
}
