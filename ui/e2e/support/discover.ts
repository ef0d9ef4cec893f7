import { expect, type Locator, type Page } from '@playwright/test';

/** The rows, the query and the figures of Discover, as a reader would look for them. */
export class Discover {
  readonly query: Locator;
  readonly hitCount: Locator;
  readonly histogram: Locator;
  readonly rows: Locator;

  constructor(readonly page: Page) {
    this.query = page.getByRole('textbox', { name: 'Query' });
    this.hitCount = page.getByTestId('hit-count');
    this.histogram = page.getByTestId('histogram');
    this.rows = page.getByRole('treegrid').locator('[role=row][aria-rowindex]');
  }

  async open(params: Record<string, string>): Promise<void> {
    await this.page.goto(`/discover?${new URLSearchParams(params).toString()}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.query).toBeVisible();
    await expect(this.page.getByTestId('hits')).toHaveAttribute('data-state', 'ready');
    await expect(this.histogram).toHaveAttribute('data-state', 'ready');
  }

  async search(text: string): Promise<void> {
    await this.query.fill(text);
    await this.query.press('Enter');
  }

  param(name: string): string[] {
    return new URL(this.page.url()).searchParams.getAll(name);
  }
}
