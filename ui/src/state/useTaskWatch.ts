import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { watchUrl } from '../api/tasks';

/** Changes come in bursts; a page that is asked anew for each would never rest. */
const PAUSE_MS = 300;

/** Asks for what is shown anew as soon as a task changes; without the stream the pages' own pace remains. */
export function useTaskWatch(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const source = new EventSource(watchUrl({}));
    let due: number | undefined;
    const refresh = () => {
      due ??= window.setTimeout(() => {
        due = undefined;
        if (document.hidden) return;
        void queryClient.invalidateQueries({ queryKey: ['tasks'] });
        void queryClient.invalidateQueries({ queryKey: ['task'] });
      }, PAUSE_MS);
    };
    source.addEventListener('tasks', refresh);
    source.addEventListener('lagged', refresh);
    return () => {
      source.close();
      window.clearTimeout(due);
    };
  }, [queryClient]);
}
