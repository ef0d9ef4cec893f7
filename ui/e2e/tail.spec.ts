import { expect, test } from '@playwright/test';
import { at, freshIndex, store, type AgentEvent } from './support/server';
import { Discover } from './support/discover';

const index = freshIndex('tail');

const event = (message: string, severity = 'INFO'): AgentEvent => ({
  timestamp: at(0),
  agent_name: 'research_agent_5',
  event_type: 'task_processing',
  severity,
  message,
  metadata: {},
});

test('new events show by themselves, pause holds them, resume catches up', async ({ page, request }) => {
  await store(request, index, [event('from before')]);
  await page.goto(`/discover?index=${index}&live=1`);
  await expect(page.getByTestId('tail-status')).toHaveText('Live');
  const tail = page.getByTestId('tail');

  await store(request, index, [event('first light'), event('second light')]);
  await expect(tail.getByText('first light')).toBeVisible();
  await expect(tail.getByText('second light')).toBeVisible();
  await expect(tail.getByText('from before')).toHaveCount(0);

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByTestId('tail-status')).toHaveText('Paused');
  await store(request, index, [event('while away')]);
  await expect(page.getByTestId('tail-received')).toHaveText('3');
  await expect(tail.getByText('while away')).toHaveCount(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(tail.getByText('while away')).toBeVisible();
});

test('the tail keeps to the query', async ({ page, request }) => {
  await store(request, index, [event('warm up')]);
  await page.goto(`/discover?index=${index}&live=1&q=severity:ERROR`);
  await expect(page.getByTestId('tail-status')).toHaveText('Live');
  await store(request, index, [event('all is well'), event('all is lost', 'ERROR')]);
  await expect(page.getByTestId('tail').getByText('all is lost')).toBeVisible();
  await expect(page.getByTestId('tail').getByText('all is well')).toHaveCount(0);
});

test('scrolling up stops following, the button leads back to the newest', async ({ page, request }) => {
  await store(request, index, [event('warm up')]);
  await page.goto(`/discover?index=${index}&live=1`);
  await expect(page.getByTestId('tail-status')).toHaveText('Live');
  const many = Array.from({ length: 120 }, (_, number) => event(`row number ${number}.`));
  await store(request, index, many);
  await expect(page.getByText('row number 119.')).toBeVisible();

  await page.getByRole('treegrid').hover();
  await page.mouse.wheel(0, -1_500);
  await expect(page.getByText('row number 119.')).toBeHidden();
  await store(request, index, [event('the newest of all')]);
  await page.getByRole('button', { name: 'Show 1 new' }).click();
  await expect(page.getByText('the newest of all')).toBeVisible();
});

test('leaving the tail searches again', async ({ page, request }) => {
  await store(request, index, [event('warm up')]);
  await page.goto(`/discover?index=${index}&live=1&from=now-1h&to=now`);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await new Discover(page).ready();
  await expect(page.getByRole('treegrid').getByText('warm up').first()).toBeVisible();
});
