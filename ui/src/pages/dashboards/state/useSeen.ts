import { useCallback, useState, type RefCallback } from 'react';

/** How far below the screen a panel starts to ask, so that it is there when it is reached. */
const AHEAD = '300px';

/** Whether an element has been on the screen; once it has, it stays so. */
export function useSeen(): [RefCallback<Element>, boolean] {
  const [seen, setSeen] = useState(false);
  const ref = useCallback((element: Element | null) => {
    if (!element) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          setSeen(true);
          observer.disconnect();
        }
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, seen];
}
