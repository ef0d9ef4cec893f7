import { Component, type ReactNode } from 'react';
import { ErrorState } from './ErrorState';

interface State {
  error: Error | null;
}

/** Keeps the shell usable when a page fails, a chunk that a newer build replaced included. */
export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <ErrorState
        title="This page failed"
        error={error}
        action={{ label: 'Reload the page', run: () => window.location.reload() }}
      />
    );
  }
}
