import { Component, type ReactNode } from 'react';
import { ConnectionError } from '../api/http';
import { lostSince } from '../state/connection';
import { ErrorState } from './ErrorState';

interface Props {
  /** What is shown; another one gets another try. */
  path: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** One that has just been loaded anew is not loaded once more by itself: that could go on for ever. */
const SETTLED_MS = 10_000;

function isJustReloaded(): boolean {
  const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return load?.type === 'reload' && performance.now() < SETTLED_MS;
}

/** Keeps the shell usable when a page fails. What could not be fetched, from a server that was away or has a newer
 * build, comes with the whole page, as soon as somebody answers. */
export class PageBoundary extends Component<Props, State> {
  override state: State = { error: null };
  private unsubscribe: () => void = () => undefined;

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidMount() {
    this.unsubscribe = lostSince.subscribe(() => {
      const isBack = lostSince.get() === null;
      if (isBack && !isJustReloaded() && this.state.error instanceof ConnectionError)
        window.location.reload();
    });
  }

  override componentDidUpdate({ path }: Props) {
    if (path !== this.props.path && this.state.error) this.setState({ error: null });
  }

  override componentWillUnmount() {
    this.unsubscribe();
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <ErrorState
        title={error instanceof ConnectionError ? 'The page could not be loaded' : 'This page failed'}
        error={error}
        action={{ label: 'Reload the page', run: () => window.location.reload() }}
      />
    );
  }
}
