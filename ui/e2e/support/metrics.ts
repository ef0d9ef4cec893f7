import { expect, type APIRequestContext, type Locator, type Page } from '@playwright/test';

const API = '/prometheus/api/v1';

/** The metrics page as a reader would look for its parts. */
export class Metrics {
  readonly body: Locator;
  readonly legend: Locator;
  readonly summary: Locator;
  readonly rows: Locator;

  constructor(readonly page: Page) {
    this.body = page.getByTestId('metrics-body');
    this.legend = page.getByRole('table', { name: 'Series' });
    this.summary = page.getByTestId('metrics-summary');
    this.rows = page.getByTestId('query-row');
  }

  async open(...queries: string[]): Promise<void> {
    const params = new URLSearchParams(queries.map((query) => ['q', query]));
    params.set('from', 'now-5m');
    params.set('to', 'now');
    await this.page.goto(`/metrics?${params.toString()}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.body).toHaveAttribute('data-state', 'ready');
  }

  editor(letter = 'A'): Locator {
    return this.page.getByRole('textbox', { name: `PromQL ${letter}` });
  }

  async run(text: string, letter = 'A'): Promise<void> {
    await this.editor(letter).fill(text);
    await this.editor(letter).press('Control+Enter');
    await this.ready();
  }

  param(name: string): string[] {
    return new URL(this.page.url()).searchParams.getAll(name);
  }
}

/** Data of the API, once it holds what a spec needs: a server that has just started has scraped nothing. */
export async function eventually<T>(
  request: APIRequestContext,
  path: string,
  enough: (data: T) => boolean,
): Promise<T> {
  let data: T | undefined;
  await expect
    .poll(
      async () => {
        const reply = await request.get(`${API}/${path}`);
        if (!reply.ok()) return false;
        data = ((await reply.json()) as { data: T }).data;
        return enough(data);
      },
      { timeout: 45_000, message: `${path} has what the spec needs` },
    )
    .toBe(true);
  return data as T;
}

interface Vector {
  result: { metric: Record<string, string>; value: [number, string] }[];
}

/** The series that an instant query gives, at least one. */
export async function vector(request: APIRequestContext, query: string): Promise<Vector['result']> {
  const path = `query?query=${encodeURIComponent(query)}`;
  return (await eventually<Vector>(request, path, ({ result }) => result.length > 0)).result;
}
