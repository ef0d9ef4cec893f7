import { expect, test } from '@playwright/test';
import { at, freshIndex, store } from './support/server';

test('the status page shows the indices and an account that adds up', async ({ page, request }) => {
  const index = freshIndex('status');
  await store(request, index, [
    {
      timestamp: at(0),
      agent_name: 'status_agent',
      event_type: 'system_startup',
      severity: 'INFO',
      message: 'up',
      metadata: {},
    },
  ]);
  await page.goto('/status?agents=all');
  await expect(page.getByRole('link', { name: index })).toBeVisible();
  // Whether it is in the log still or in a segment: it takes room.
  await expect(page.getByRole('region', { name: 'Log store and addresses' })).not.toContainText(
    /\b0 B\s*on disk/,
  );
  const account = page.getByRole('region', { name: /Account/ });
  await expect(account.getByRole('row').filter({ hasText: 'status_agent' })).toContainText('yes');
});

test('of many agents those that lost events come first, and the others on request', async ({ page }) => {
  const agents = Array.from({ length: 30 }, (_, n) => ({
    agent_name: n === 0 ? '' : `swarm_${String(n)}`,
    received: 100 - n,
    stored: n === 29 ? 70 : 100 - n,
    refused: n === 29 ? 1 : 0,
    dropped: 0,
  }));
  await page.route('**/api/v1/status', async (route) => {
    const status = (await (await route.fetch()).json()) as { accounting: { by_agent: unknown } };
    await route.fulfill({
      json: { ...status, accounting: { ...status.accounting, by_agent: agents } },
    });
  });
  await page.goto('/status');
  const account = page.getByRole('region', { name: /Account/ });
  const names = account.getByRole('link');
  await expect(names).toHaveCount(12);
  await expect(names.first()).toHaveText('swarm_29');
  await expect(names.nth(1)).toHaveText('without a name');
  await account.getByRole('button', { name: 'Show all 30 agents' }).click();
  await expect(names).toHaveCount(30);
  await expect(page).toHaveURL(/agents=all/);
});

test('losing the server is said, and over as soon as it answers again', async ({ page, context }) => {
  await page.goto('/status');
  await expect(page.getByRole('heading', { name: 'Status' })).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText('No connection to the server')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('No connection to the server')).toBeHidden();
});

test('damage on disk is named', async ({ page }) => {
  await page.route('**/api/v1/indices', async (route) => {
    const damage = '50 documents are missing: a page does not match its checksum';
    const index = { name: 'broken', documents: 1, bytes: 1, segments: 1, first: null, last: null, damage };
    await route.fulfill({ json: { indices: [index] } });
  });
  await page.goto('/status');
  await expect(page.getByRole('alert', { name: 'Damaged on disk' })).toContainText(
    '50 documents are missing',
  );
});
