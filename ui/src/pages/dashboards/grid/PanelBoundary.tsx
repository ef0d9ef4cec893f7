import { Component, type ReactNode } from 'react';
import { PanelFailure } from './PanelFailure';

interface State {
  error: Error | null;
}

/** Keeps the dashboard when one of its panels cannot be drawn. */
export class PanelBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <PanelFailure title="This panel could not be drawn." faults={[{ refId: '', query: '', error }]} />;
  }
}
