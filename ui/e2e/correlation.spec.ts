import { expect, test, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { at, freshIndex, store, submitTask, type AgentEvent } from './support/server';
import { Discover } from './support/discover';

const index = freshIndex('correlation');
const id = `e2e-${index}`;
const long = `${id}-long`;

const STEPS = [
  ['orchestrator', 'task_received', 'INFO', 9_000],
  ['orchestrator', 'task_dispatch', 'INFO', 8_900],
  ['research_agent_9', 'task_claimed', 'DEBUG', 8_500],
  ['research_agent_9', 'task_completed', 'INFO', 4_000],
  ['writing_agent_9', 'unexpected_error', 'CRITICAL', 3_500],
] as const;

const TRACEBACK = [
  'Traceback:',
  '  File "write.py", line 3, in write',
  '  File "/usr/lib/python3/site-packages/dict/a.py", line 1, in get',
  '  File "/usr/lib/python3/site-packages/dict/b.py", line 2, in look',
];

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
        exception: { type: 'KeyError', message: 'outline', traceback: TRACEBACK },
      }),
    },
  }));
}

/** A journey of ten thousand events, one of which matters. */
function many(): AgentEvent[] {
  return Array.from({ length: 10_000 }, (_, n) => ({
    timestamp: at(60_000 - n * 5),
    agent_name: `agent_${n % 7}`,
    event_type: 'task_processing',
    severity: n === 9_000 ? 'ERROR' : 'INFO',
    message: `step ${n}`,
    metadata: { correlation_id: long },
  }));
}

const list = (page: Page) => page.getByRole('list', { name: 'Entries in time order' });
const scroller = (page: Page) => page.getByRole('group', { name: /^Entries; arrows/ });

test.beforeAll(async ({ request }) => {
  await store(request, index, events());
  await store(request, index, many());
});

test('a click on a correlation id tells the journey across agents, in time order', async ({ page }) => {
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now', q: 'task_claimed' });
  await discover.rows.first().click();
  await page.getByRole('link', { name: id }).first().click();

  await expect(page).toHaveURL(new RegExp(`/correlation/${id}$`));
  await expect(page.getByTestId('correlation-id')).toHaveText(id);
  await page
    .getByRole('group', { name: 'Kind' })
    .getByRole('button', { name: /^Event/ })
    .click();
  const rows = list(page).getByRole('button');
  await expect(rows).toHaveCount(4);
  for (const [place, [agent, type]] of STEPS.slice(0, 4).entries()) {
    await expect(rows.nth(place)).toContainText(agent);
    await expect(rows.nth(place)).toContainText(type);
  }
  await expect(page.getByRole('region', { name: 'Agents over time' }).getByRole('link')).toHaveCount(3);
  await page
    .getByRole('group', { name: 'Kind' })
    .getByRole('button', { name: /^Silence/ })
    .click();
  await expect(list(page).getByText('4.5 s without a sign')).toBeVisible();
  await expect(page).toHaveURL(/kind=gap/);
  await expect(page.getByText(/failed in writing_agent_9: KeyError/)).toBeVisible();
  await expect(page.getByText(/slowest: from task_claimed of research_agent_9/)).toBeVisible();
});

test('an error’s stack opens with folded libraries, stays in the URL, and the way back works', async ({
  page,
}) => {
  await page.goto(`/correlation/${id}`);
  const row = list(page).getByRole('button', { name: /unexpected_error/ });
  await expect(row).toContainText('KeyError');
  await row.click();
  // The document below it shows the traceback as it came, unfolded.
  const stack = page.getByRole('region', { name: 'Error', exact: true });
  await expect(stack).toContainText('File "write.py", line 3');
  await expect(stack).not.toContainText('dict/a.py');
  await page.reload();
  await expect(stack).toContainText('File "write.py", line 3');
  await stack.getByRole('button', { name: '2 lines of libraries' }).click();
  await expect(stack).toContainText('dict/a.py');
  await page.getByRole('link', { name: 'Open in Discover' }).click();
  await expect(new Discover(page).hitCount).toHaveText(String(STEPS.length));
});

test('tasks of the journey nest, and their attempts are bars that open', async ({ page, request }) => {
  const story = `${id}-tasks`;
  const whole = await submitTask(request, `e2e_whole_${index}`, { correlation_id: story });
  await submitTask(request, `e2e_part_${index}`, { correlation_id: story, parent_task_id: whole });
  await page.goto(`/journey/${story}`);
  await expect(page).toHaveURL(new RegExp(`/correlation/${story}$`));
  const tasks = page.getByRole('region', { name: 'Tasks' });
  await expect(tasks.getByRole('button')).toHaveText([`e2e_whole_${index}`, `e2e_part_${index}`]);
  await expect(page.getByText(/waits in the queue/).first()).toBeVisible();
  const bars = page.getByRole('region', { name: 'Agents over time' }).getByRole('button');
  await expect(bars.first()).toHaveAccessibleName(/waits in the queue/);
  await bars.first().click();
  await expect(page).toHaveURL(/open=wait/);
  await expect(list(page).getByText('not yet')).toBeVisible();
});

test('the journey is a file', async ({ page }) => {
  await page.goto(`/correlation/${id}`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download JSON' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`journey-${id}.json`);
  const told = JSON.parse(await readFile(await file.path(), 'utf8')) as { correlation_id: string };
  expect(told.correlation_id).toBe(id);
});

test('ten thousand entries are drawn a screenful at a time, and keys lead to the error', async ({ page }) => {
  await page.goto(`/correlation/${long}`);
  await expect(
    page.getByText('10,000 of 10,000 entries').or(page.getByText(/of 10,0\d\d entries/)),
  ).toBeVisible();
  expect(await list(page).getByRole('listitem').count()).toBeLessThan(80);
  await scroller(page).focus();
  await page.keyboard.press('e');
  const error = list(page).getByRole('button', { name: /step 9000/ });
  await expect(error).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/open=/);
  await expect(error).toHaveAttribute('aria-expanded', 'true');
});

test('an unknown id is answered with what may have been meant', async ({ page }) => {
  await page.goto('/correlation/nobody-has-this-id');
  await expect(page.getByText('No event and no task has this correlation id')).toBeVisible();
  await page.goto(`/correlation/${id.slice(0, -2)}`);
  await page.getByRole('link', { name: id, exact: true }).click();
  await expect(page.getByText(/failed in writing_agent_9/)).toBeVisible();
});
