import { expect, test } from '@playwright/test';
import { Discover } from './support/discover';
import { at, freshIndex, store } from './support/server';

test.use({ viewport: { width: 1000, height: 900 } });

test('a narrow window shows messages, and the whole of an open document', async ({ page, request }) => {
  const index = freshIndex('narrow');
  const traceback = ['Traceback (most recent call last):', '  File "zoo.py", line 7, in feed', 'ValueError'];
  await store(request, index, [
    {
      timestamp: at(5_000),
      agent_name: 'a_fact_checking_agent_with_a_long_name',
      event_type: 'agent_registration_failed',
      severity: 'ERROR',
      message: 'the pangolin is not fed',
      metadata: {
        correlation_id: 'e2e-narrow',
        exception: { type: 'ValueError', message: 'no ants', traceback },
      },
    },
  ]);
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await discover.rows.first().click();
  await expect(page.getByRole('cell', { name: /File "zoo.py", line 7/ })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Copy the document as JSON' })).toBeInViewport({ ratio: 1 });
  await expect(discover.rows.first().getByText('the pangolin is not fed')).toBeInViewport({ ratio: 1 });
});

for (const path of [
  '/agents',
  '/errors',
  '/tasks',
  '/alerts',
  '/alerts?tab=history',
  '/targets',
  '/status',
]) {
  test(`${path} fits into a narrow window`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByText(/^Loading/)).toHaveCount(0);
    const wider = await page.evaluate(() =>
      [...document.querySelectorAll('main, main *')]
        .filter((each) => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX))
        .filter((each) => each.scrollWidth > each.clientWidth)
        .map((each) => each.className),
    );
    expect(wider, 'what scrolls sideways').toEqual([]);
  });
}
