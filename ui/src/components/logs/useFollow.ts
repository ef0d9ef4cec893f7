import { useEffect, useEffectEvent, useLayoutEffect, type RefObject } from 'react';

export interface Follow {
  following: boolean;
  onChange: (following: boolean) => void;
}

const NEAR_PX = 24;

/**
 * Scrolling away from the bottom stops following, coming back starts it again. Only movements of the reader
 * count: what the table itself scrolls ends at the bottom by definition.
 */
export function useFollow(
  scroller: RefObject<HTMLElement | null>,
  rows: unknown,
  follow: Follow | undefined,
) {
  const enabled = follow !== undefined;
  const following = follow?.following ?? false;
  const moved = useEffectEvent((atBottom: boolean) => {
    if (follow && atBottom !== follow.following) follow.onChange(atBottom);
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element || !enabled) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const up = element.scrollTop < lastTop;
      lastTop = element.scrollTop;
      const atBottom = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (up && !atBottom) moved(false);
    };
    const onIntent = () => {
      const atBottom = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (atBottom) moved(true);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('scrollend', onIntent, { passive: true });
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('scrollend', onIntent);
    };
  }, [scroller, enabled]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && following) element.scrollTo(0, element.scrollHeight);
  }, [scroller, following, rows]);
}
