import { expect, test } from '@playwright/test';
import { eventually, Metrics, vector } from './support/metrics';

test.beforeEach(async ({ request }) => {
  await vector(request, 'up');
});

test('a query is drawn with a legend that has its figures', async ({ page, request }) => {
  const metrics = new Metrics(page);
  await metrics.open();
  await expect(page.getByText('Ask for a metric')).toBeVisible();
  await metrics.run('up');
  // Targets that went within the range of the page are drawn as well.
  const series = await vector(request, 'last_over_time(up[5m])');
  await expect(metrics.summary).toContainText(`${series.length} series`);
  await expect(metrics.legend.getByRole('row')).toHaveCount(series.length + 1);
  await expect(page.getByTestId('chart').locator('canvas')).toBeVisible();
  expect(metrics.param('q')).toEqual(['up']);
});

test('names, functions and label values are completed', async ({ page, request }) => {
  const [first] = await vector(request, 'active_tasks');
  const metrics = new Metrics(page);
  await metrics.open();
  await metrics.editor().pressSequentially('sum(active_ta');
  await page.getByRole('option', { name: /^active_tasks/ }).click();
  await expect(metrics.editor()).toContainText('sum(active_tasks)');

  await metrics.editor().fill('');
  await metrics.editor().pressSequentially('active_tasks{agent_type="');
  const type = first?.metric.agent_type ?? '';
  await expect(page.getByRole('option', { name: type, exact: true })).toBeVisible();
});

test('a query that is wrong is marked where it is wrong, and says why', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open();
  await metrics.run('sum(up) +* 2');
  await expect(page.getByRole('alert')).toContainText('parse error');
  await expect(metrics.rows.first()).toHaveAttribute('data-failed', 'true');
  await expect(metrics.editor().locator('.cm-fault')).toHaveText('*');
  await metrics.run('sum(up) * 2');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a question that is no longer wanted is cancelled', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open();
  const slow = (url: URL) => url.pathname.endsWith('/query_range') && url.searchParams.get('query') === 'up';
  await page.route(slow, () => {
    // Never answered: only the browser can end it.
  });
  const cancelled = page.waitForEvent('requestfailed', (request) => slow(new URL(request.url())));
  await metrics.editor().fill('up');
  await metrics.editor().press('Control+Enter');
  await expect(metrics.body).toHaveAttribute('data-state', 'loading');
  await metrics.run('count(up)');
  expect((await cancelled).failure()?.errorText).toBe('net::ERR_ABORTED');
  await expect(metrics.legend).toContainText('count(up)');
});

test('rows are added, switched off and removed; the URL brings them back', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open('count(up)');
  await page.getByRole('button', { name: 'Add query' }).click();
  await metrics.run('sum(up)', 'B');
  await expect(metrics.summary).toContainText('2 series');
  await expect(metrics.legend).toContainText('A: count(up)');
  await expect(metrics.legend).toContainText('B: sum(up)');

  await page.getByRole('switch', { name: 'Query A' }).click();
  await expect(metrics.summary).toContainText('1 series');
  await page.reload();
  await metrics.ready();
  await expect(page.getByRole('switch', { name: 'Query A' })).toHaveAttribute('aria-checked', 'false');
  await expect(metrics.legend).toContainText('sum(up)');
  await expect(metrics.editor('A')).toContainText('count(up)');

  await page.getByRole('button', { name: 'Remove query A' }).click();
  await expect(metrics.rows).toHaveCount(1);
  await expect(metrics.editor('A')).toContainText('sum(up)');
});

test('a long query is formatted over several lines', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open();
  await metrics
    .editor()
    .fill(
      'sum(count_over_time(up[5m])) by (job) / on(job) group_left() sum(count_over_time(up[10m])) by (job)+0',
    );
  await page.getByRole('button', { name: 'Format query A' }).click();
  await expect(metrics.editor().locator('.cm-line').nth(3)).toBeVisible();
  await expect(metrics.editor()).toContainText('sum by (job) (');
});

test('the table gives labels and values, sorted on request', async ({ page, request }) => {
  const series = await vector(request, 'up');
  const metrics = new Metrics(page);
  await metrics.open('up');
  await page.getByRole('tab', { name: 'Table' }).click();
  const table = page.getByRole('region', { name: 'Result of query A' }).getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(series.length + 1);
  await expect(table).toContainText(`instance="${series[0]?.metric.instance ?? ''}"`);
  await page.getByRole('button', { name: 'Value' }).click();
  await expect(table.getByRole('columnheader', { name: /Value/ })).toHaveAttribute('aria-sort', 'descending');
  expect(metrics.param('tab')).toEqual(['table']);
});

test('the points of the graph can be read as a table', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open('count(up)');
  await page.getByRole('switch', { name: 'Points as a table' }).click();
  const points = page.getByRole('region', { name: 'Points as a table' });
  await expect(points.getByRole('columnheader', { name: 'count(up)' })).toBeVisible();
  await expect(points.getByRole('row').nth(1)).toContainText(/\d{2}:\d{2}:\d{2}/);
});

test('the explorer finds a metric by its description and asks it', async ({ page, request }) => {
  type Metadata = Record<string, { help: string }[]>;
  const known = await eventually<Metadata>(request, 'metadata', (data) => 'active_tasks' in data);
  const metrics = new Metrics(page);
  await metrics.open();
  await page.getByRole('button', { name: 'Browse metrics' }).first().click();
  const explorer = page.getByRole('dialog', { name: 'Metrics' });
  await explorer.getByRole('textbox', { name: 'Search metrics' }).fill(known.active_tasks?.[0]?.help ?? '');
  await explorer.getByRole('button', { name: /^active_tasks/ }).click();
  await expect(explorer).toBeHidden();
  await metrics.ready();
  expect(metrics.param('q')).toEqual(['active_tasks']);
});

test('dragging over the graph zooms in, and back leads out again', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open('up');
  const plot = page.getByTestId('chart').locator('.u-over');
  const box = await plot.boundingBox();
  if (!box) throw new Error('the plot has no place');
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=\d{4}-/);
  await page.goBack();
  await expect(page).toHaveURL(/from=now-5m/);
});

test('clicking a legend entry shows that series alone', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open('up');
  const entries = metrics.legend.getByRole('rowheader').getByRole('button');
  const count = await entries.count();
  test.skip(count < 2, 'one target alone');
  await entries.first().click();
  await expect(metrics.legend.getByRole('button', { pressed: true })).toHaveCount(1);
  await entries.first().click();
  await expect(metrics.legend.getByRole('button', { pressed: true })).toHaveCount(count);
});

test('what was run is remembered in this browser', async ({ page }) => {
  const metrics = new Metrics(page);
  await metrics.open();
  await metrics.run('count(up)');
  await page.goto('/metrics');
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByRole('menuitem', { name: 'count(up)' }).click();
  await metrics.ready();
  await expect(metrics.legend).toContainText('count(up)');
});

test('g m leads here, and a range without series says what to do', async ({ page }) => {
  await page.goto('/status');
  await expect(page.getByRole('heading', { name: 'Status' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page.getByRole('heading', { name: 'Metrics' })).toBeVisible();
  const metrics = new Metrics(page);
  await metrics.run('up{job="there is no such job"}');
  await expect(page.getByText('No series in this range')).toBeVisible();
});
