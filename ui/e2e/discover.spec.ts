import { expect, test } from '@playwright/test';
import { at, freshIndex, store, type AgentEvent } from './support/server';
import { Discover } from './support/discover';

const index = freshIndex('discover');
const MINUTE = 60_000;

/** Three an instant over the last ten minutes: 60 INFO, 60 DEBUG and 60 WARNING, and one ERROR. */
function events(): AgentEvent[] {
  const made = Array.from({ length: 60 }, (_, number) =>
    ['INFO', 'DEBUG', 'WARNING'].map((severity) => ({
      timestamp: at(number * 10_000 + 1_000),
      agent_name: number % 2 === 0 ? 'research_agent_7' : 'writing_agent_7',
      event_type: severity === 'WARNING' ? 'transient_error_retry' : 'task_processing',
      severity,
      message: severity === 'WARNING' ? `connection lost on try ${number}` : `working on step ${number}`,
      metadata: { correlation_id: `corr-${number}`, step: number },
    })),
  ).flat();
  const error = {
    timestamp: at(5 * MINUTE),
    agent_name: 'writing_agent_7',
    event_type: 'unexpected_error',
    severity: 'ERROR',
    message: 'the pangolin refused to cooperate',
    metadata: {
      correlation_id: 'corr-pangolin',
      exception: {
        type: 'ValueError',
        message: 'no pangolin',
        traceback: ['Traceback:', '  File "zoo.py", line 7'],
      },
    },
  };
  return [...made, error];
}

test.beforeAll(async ({ request }) => store(request, index, events()));

test('a query narrows the hits and marks its words', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await expect(discover.hitCount).toHaveText('181');
  await discover.search('severity:WARNING AND connection');
  await expect(discover.hitCount).toHaveText('60');
  expect(discover.param('q')).toEqual(['severity:WARNING AND connection']);
  await expect(discover.rows.first().locator('mark')).toHaveText('connection');
  await page.goBack();
  await expect(discover.hitCount).toHaveText('181');
  await expect(discover.query).not.toContainText('WARNING');
});

test('a broken query is marked where it is broken', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await discover.query.fill('severity:ERROR AND (agent_name:x');
  await expect(page.locator('.cm-fault')).toHaveCount(1);
  await expect(discover.query).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert').first()).not.toBeEmpty();
  await discover.query.press('Enter');
  await expect(page.getByText('The query cannot be read')).toBeVisible();
  await discover.search('severity:ERROR');
  await expect(discover.hitCount).toHaveText('1');
  await expect(page.locator('.cm-fault')).toHaveCount(0);
});

test('field names and their values are suggested', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await discover.query.click();
  await page.keyboard.type('agent_n');
  const list = page.getByRole('listbox');
  await expect(list).toContainText('agent_name');
  await page.keyboard.press('Tab');
  await expect(discover.query).toHaveText('agent_name:');
  await expect(list).toContainText('writing_agent_7');
  await page.keyboard.type('writ');
  await expect(list).not.toContainText('research_agent_7');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(discover.hitCount).toHaveText('91');
});

test('dragging over the histogram zooms into that time', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-15m', to: 'now' });
  const box = await discover.histogram.locator('.u-over').boundingBox();
  if (!box) throw new Error('the chart has no area');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => discover.param('from')[0]).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  await expect(discover.hitCount).not.toHaveText('181');
  await discover.ready();
  const span = Date.parse(discover.param('to')[0] ?? '') - Date.parse(discover.param('from')[0] ?? '');
  expect(span).toBeGreaterThan(2 * MINUTE);
  expect(span).toBeLessThan(6 * MINUTE);
  const hits = Number(await discover.hitCount.textContent());
  expect(hits).toBeGreaterThan(0);
  expect(hits).toBeLessThan(181);
  await expect(discover.histogram).toHaveAttribute('data-total', String(hits));
});

test('a top value becomes a filter, and the pill takes it away', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await page.getByRole('button', { name: 'Top values of severity' }).click();
  await expect(page.getByText('in 181 of 181 documents')).toBeVisible();
  await page.getByRole('button', { name: 'Filter out severity: DEBUG' }).click();
  await expect(discover.hitCount).toHaveText('121');
  expect(discover.param('f')).toEqual(['-severity:"DEBUG"']);
  await page.getByRole('button', { name: 'Remove filter NOT severity: DEBUG' }).click();
  await expect(discover.hitCount).toHaveText('181');
});

test('an open document shows its fields, and they filter', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now', q: 'pangolin' });
  await expect(discover.rows).toHaveCount(1);
  await discover.rows.first().click();
  await expect(page.getByRole('cell', { name: /File "zoo.py", line 7/ })).toBeVisible();
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('"type": "ValueError"');
  await page.getByRole('tab', { name: 'Table' }).click();
  await page.getByRole('button', { name: 'Filter for metadata.exception.type' }).click();
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText(
    'metadata.exception.type: ValueError',
  );
  await expect(discover.hitCount).toHaveText('1');
});

test('the keyboard alone is enough', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await page.keyboard.press('/');
  await expect(discover.query).toBeFocused();
  await page.keyboard.type('pangolin');
  await page.keyboard.press('Enter');
  await expect(discover.hitCount).toHaveText('1');
  await expect(discover.rows).toHaveCount(1);
  await page.getByRole('treegrid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Table' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tab', { name: 'Table' })).toBeHidden();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('scrolling loads the pages that follow', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  const grid = page.getByRole('treegrid');
  await expect(grid).toHaveAttribute('aria-rowcount', '101');
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid).toHaveAttribute('aria-rowcount', '182');
  await page.keyboard.press('End');
  await expect(page.getByText('End: 181 documents')).toBeVisible();
});

test('a reload brings everything back', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now' });
  await discover.search('message:pangolin OR severity:WARNING');
  await expect(discover.hitCount).toHaveText('61');
  await page.getByRole('button', { name: 'Top values of agent_name' }).click();
  await page.getByRole('button', { name: 'Filter for agent_name: writing_agent_7' }).click();
  await expect(discover.hitCount).toHaveText('31');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add column metadata.step' }).click();
  await page.getByRole('button', { name: 'time', exact: true }).click();
  await expect(discover.rows.first()).toContainText('connection lost on try 59');
  await discover.ready();
  await discover.rows.nth(2).click();
  await expect(discover.rows.nth(2)).toHaveAttribute('aria-expanded', 'true');
  const address = page.url();
  const third = await discover.rows.nth(2).textContent();

  await page.reload();
  await discover.ready();
  expect(page.url()).toBe(address);
  await expect(discover.query).toHaveText('message:pangolin OR severity:WARNING');
  await expect(discover.hitCount).toHaveText('31');
  await expect(page.getByRole('columnheader', { name: 'metadata.step' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'time' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(discover.rows.nth(2)).toHaveText(third ?? '');
  await expect(discover.rows.nth(2)).toHaveAttribute('aria-expanded', 'true');
});

test('an empty time range says where the documents are', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' });
  await expect(page.getByText('181 documents match at other times')).toBeVisible();
  await page.getByRole('button', { name: 'Search all time' }).click();
  await expect(discover.hitCount).toHaveText('181');
});

test('results without what is damaged say that they are partial', async ({ page }) => {
  await page.route('**/api/v1/logs/search?*', async (route) => {
    const response = await route.fetch();
    const reply = (await response.json()) as Record<string, unknown>;
    const leftOut = [{ index: 'broken', parts: 1, reason: 'a page does not match its checksum' }];
    await route.fulfill({ response, json: { ...reply, left_out: leftOut } });
  });
  await page.goto('/discover');
  await expect(page.getByTestId('partial')).toContainText('The results are partial');
  await expect(page.getByTestId('partial')).toContainText('1 part of broken');
});
