import { expect, test, type APIRequestContext } from '@playwright/test';
import { eventually } from './support/metrics';

interface Target {
  scrapePool: string;
  scrapeUrl: string;
  labels: Record<string, string>;
  health: string;
}

async function scraped(request: APIRequestContext): Promise<Target[]> {
  const { activeTargets } = await eventually<{ activeTargets: Target[] }>(request, 'targets', (data) =>
    data.activeTargets.some(({ health }) => health === 'up'),
  );
  return activeTargets;
}

test('targets stand in their pools with health and last scrape', async ({ page, request }) => {
  const target = (await scraped(request)).find(({ health }) => health === 'up');
  await page.goto('/targets');
  const pool = page.getByRole('region', { name: target?.scrapePool ?? '', exact: true });
  const row = pool.getByRole('row').filter({ hasText: target?.scrapeUrl ?? '' });
  await expect(row).toContainText('up');
  await expect(row).toContainText(/\d+s ago/);
  await row.getByRole('button', { name: 'Discovered labels' }).click();
  await expect(pool).toContainText('__address__');
});

test('health and words filter, and the URL keeps both', async ({ page, request }) => {
  const target = (await scraped(request)).find(({ health }) => health === 'up');
  await page.goto('/targets');
  await page.getByRole('button', { name: /^up/ }).click();
  await page.getByRole('textbox', { name: 'Search targets' }).fill(target?.scrapeUrl ?? '');
  await expect(page).toHaveURL(/health=up/);
  await page.reload();
  await expect(page.getByRole('rowheader')).toHaveText([target?.scrapeUrl ?? '']);
  await page.getByRole('textbox', { name: 'Search targets' }).fill('no target is called so');
  await expect(page.getByText('No target matches')).toBeVisible();
});

test('a pool folds away and stays so', async ({ page, request }) => {
  const [target] = await scraped(request);
  await page.goto('/targets');
  const pool = page.getByRole('region', { name: target?.scrapePool ?? '', exact: true });
  await pool.getByRole('button', { name: target?.scrapePool ?? '', exact: true }).click();
  await expect(pool.getByRole('row')).toHaveCount(0);
  await page.reload();
  await expect(pool).toBeVisible();
  await expect(pool.getByRole('row')).toHaveCount(0);
});

test('a target leads to its metrics', async ({ page, request }) => {
  const target = (await scraped(request)).find(({ health }) => health === 'up');
  await page.goto('/targets');
  await page
    .getByRole('row')
    .filter({ hasText: target?.scrapeUrl ?? '' })
    .getByRole('link', { name: 'Metrics' })
    .click();
  const result = page.getByRole('region', { name: 'Result of query A' });
  await expect(result).toContainText(`instance="${target?.labels.instance ?? ''}"`);
});

test('g r leads here', async ({ page }) => {
  await page.goto('/status');
  await expect(page.getByRole('heading', { name: 'Status' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page.getByRole('heading', { name: 'Targets' })).toBeVisible();
});
