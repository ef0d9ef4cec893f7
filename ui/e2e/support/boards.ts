import { spawn, type ChildProcess } from 'node:child_process';
import { expect, type Locator, type Page } from '@playwright/test';

/** A dashboard as its reader sees it. */
export class Board {
  readonly panels: Locator;

  constructor(readonly page: Page) {
    this.panels = page.getByTestId('panel');
  }

  async open(uid: string, params: Record<string, string> = {}): Promise<void> {
    // High enough that every panel is on the screen, and so asks.
    await this.page.setViewportSize({ width: 1440, height: 3600 });
    const search = new URLSearchParams({ from: 'now-5m', to: 'now', refresh: 'off', ...params });
    await this.page.goto(`/dashboards/${uid}?${search.toString()}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.panels.first()).toBeVisible();
    await expect(this.page.locator('[data-testid=panel][data-state=loading]')).toHaveCount(0);
  }

  panel(title: string): Locator {
    return this.page.locator(`[data-testid=panel][aria-label="${title}"]`);
  }

  /** Titles of the panels that failed, and of those that have nothing to show. */
  async faults(): Promise<string[]> {
    const named = (locator: Locator) =>
      locator.evaluateAll((panels) => panels.map((panel) => panel.getAttribute('aria-label') ?? ''));
    const failed = await named(this.page.locator('[data-testid=panel][data-state=error]'));
    const notes = '[data-testid=no-data], [data-testid=unsupported], [data-testid=foreign]';
    const empty = await named(this.panels.filter({ has: this.page.locator(notes) }));
    return [...failed.map((title) => `${title} failed`), ...empty.map((title) => `${title} is empty`)];
  }

  params(name: string): string[] {
    return new URL(this.page.url()).searchParams.getAll(name);
  }

  /** Serves a file as if it lay in the folder of dashboards. */
  async provide(uid: string, file: object): Promise<void> {
    await this.page.route(`**/api/v1/dashboards/${uid}`, (route) => route.fulfill({ json: file }));
  }
}

/** A test agent at work for the server of the specs, until it is stopped. */
export function startTestAgent(): ChildProcess | null {
  const binary = process.env.SWARMSCOPE_BINARY;
  if (binary === undefined) return null;
  const orchestrator = process.env.SWARMSCOPE_ORCHESTRATOR ?? 'http://127.0.0.1:8000';
  const options = ['--type', 'test_agent', '--name', 'test_agent_e2e', '--port', '0'];
  return spawn(binary, ['agent', 'run', ...options, '--orchestrator', orchestrator], { stdio: 'ignore' });
}
