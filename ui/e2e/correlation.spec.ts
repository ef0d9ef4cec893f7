import { expect, test } from '@playwright/test';
import { at, freshIndex, store, type AgentEvent } from './support/server';
import { Discover } from './support/discover';

const index = freshIndex('correlation');
const id = `e2e-${index}`;

const STEPS = [
  ['orchestrator', 'task_received', 'INFO', 9_000],
  ['orchestrator', 'task_dispatch', 'INFO', 8_900],
  ['research_agent_9', 'task_claimed', 'DEBUG', 8_500],
  ['research_agent_9', 'task_completed', 'INFO', 4_000],
  ['writing_agent_9', 'unexpected_error', 'CRITICAL', 3_500],
] as const;

function events(): AgentEvent[] {
  return STEPS.map(([agent_name, event_type, severity, ago]) => ({
    timestamp: at(ago),
    agent_name,
    event_type,
    severity,
    message: `${agent_name} says ${event_type}`,
    metadata: {
      correlation_id: id,
      ...(severity === 'CRITICAL' && {
        exception: {
          type: 'KeyError',
          message: 'outline',
          traceback: ['Traceback:', '  File "write.py", line 3'],
        },
      }),
    },
  }));
}

test.beforeAll(async ({ request }) => store(request, index, events()));

test('a click on a correlation id shows everything of it across agents, in time order', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now', q: 'task_claimed' });
  await discover.rows.first().click();
  await page.getByRole('link', { name: id }).first().click();

  await expect(page).toHaveURL(new RegExp(`/correlation/${id}$`));
  await expect(page.getByTestId('correlation-id')).toHaveText(id);
  const list = page.getByRole('list', { name: 'Events in time order' });
  const rows = list.getByRole('button');
  await expect(rows).toHaveCount(STEPS.length);
  for (const [place, [agent, type]] of STEPS.entries()) {
    await expect(rows.nth(place)).toContainText(agent);
    await expect(rows.nth(place)).toContainText(type);
  }
  await expect(page.getByRole('region', { name: 'Agents over time' }).getByRole('link')).toHaveCount(3);
  await expect(list.getByText('4.5 s without an event')).toBeVisible();
});

test('an error’s traceback opens, stays in the URL, and the way back works', async ({ page }) => {
  await page.goto(`/correlation/${id}`);
  const row = page.getByRole('button', { name: /unexpected_error/ });
  await expect(row).toContainText('KeyError');
  await row.click();
  await expect(page.getByText('File "write.py", line 3')).toBeVisible();
  await page.reload();
  await expect(page.getByText('File "write.py", line 3')).toBeVisible();
  await page.getByRole('link', { name: 'Open in Discover' }).click();
  await expect(new Discover(page).hitCount).toHaveText(String(STEPS.length));
});

test('an unknown id is said to be unknown', async ({ page }) => {
  await page.goto('/correlation/nobody-has-this-id');
  await expect(page.getByText('No event has this correlation id')).toBeVisible();
});
