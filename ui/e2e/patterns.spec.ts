import { expect, test, type Page } from '@playwright/test';
import { at, freshIndex, store, type AgentEvent } from './support/server';

const index = freshIndex('patterns');
const HOUR = 3_600_000;

function event(ago: number, severity: string, message: string): AgentEvent {
  const type = severity === 'ERROR' ? 'permanent_error' : 'task_processing';
  return {
    timestamp: at(ago),
    agent_name: 'research_agent_4',
    event_type: type,
    severity,
    message,
    metadata: {},
  };
}

/** Forty claims and a failure within the last half hour; claims, but no failure, some hours before. */
function events(): AgentEvent[] {
  const claims = Array.from({ length: 40 }, (_, number) =>
    event(number * 30_000 + 1_000, 'INFO', `Claimed task-${number} after ${number * 3} ms`),
  );
  const failure = event(60_000, 'ERROR', 'cannot read /data/pangolin.csv: permission denied');
  const before = event(5 * HOUR, 'INFO', 'Claimed task-0 after 12 ms');
  return [...claims, failure, before];
}

test.beforeAll(async ({ request }) => store(request, index, events()));

async function open(page: Page, params: Record<string, string> = {}): Promise<void> {
  const search = new URLSearchParams({ index, from: 'now-1h', to: 'now', view: 'patterns', ...params });
  await page.goto(`/discover?${search.toString()}`);
  await expect(page.getByTestId('patterns')).toHaveAttribute('data-state', 'ready');
}

const rows = (page: Page) => page.getByTestId('pattern');

test('messages are grouped, and what is new is marked', async ({ page }) => {
  await page.goto(`/discover?index=${index}&from=now-1h&to=now`);
  await page.getByRole('tab', { name: 'Patterns' }).click();
  await expect(page).toHaveURL(/view=patterns/);
  await expect(page.getByTestId('pattern-count')).toHaveText('2');
  const claimed = rows(page).first();
  await expect(claimed).toContainText('Claimed <id> after <number> ms');
  await expect(claimed).toContainText('97.6 %');
  await expect(claimed).toHaveAttribute('data-new', 'false');
  await expect(rows(page).nth(1)).toHaveAttribute('data-new', 'true');
  await expect(page.getByTestId('compared')).toContainText('before');
  await page.getByText('New first').click();
  await expect(rows(page).first()).toContainText('cannot read <path>: permission denied');
  await expect(page).toHaveURL(/patterns=new/);
  await page.reload();
  await expect(rows(page).first()).toContainText('cannot read');
});

test('a pattern leads to its messages, and back', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^cannot read <path>/ }).click();
  await expect(page.getByTestId('hit-count')).toHaveText('1');
  await expect(page.getByRole('textbox', { name: 'Query' })).toContainText('permission denied');
  await page.goBack();
  await expect(rows(page)).toHaveCount(2);
});

test('a pattern can be left out, with the keyboard too', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Filter out Claimed <id> after <number> ms' }).press('Enter');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('cannot read');
  await expect(page).toHaveURL(/NOT/);
});

test('a search without messages says so, and a broken query where it is broken', async ({ page }) => {
  await open(page, { q: 'agent_name:nobody_has_this_name' });
  await expect(page.getByText(/^No messages/)).toBeVisible();
  await page.goto(`/discover?index=${index}&view=patterns&q=(agent_name:x`);
  await expect(page.getByText('The query cannot be read')).toBeVisible();
});
