import AxeBuilder from '@axe-core/playwright';
import { expect, test, type APIRequestContext } from '@playwright/test';
import { at, freshIndex, store, submitTask, type AgentEvent } from './support/server';

const run = Date.now().toString(36);
const agent = `errors_agent_${run}`;
/** Letters alone, which no fingerprint takes for a parameter. */
const word = run.replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));

function failure(name: string, line: number, correlation: string, msAgo: number): AgentEvent {
  const message = `page ${line} of ${word} is missing`;
  return {
    timestamp: at(msAgo),
    agent_name: agent,
    event_type: 'task_failed',
    severity: 'ERROR',
    message: `task failed: ${message}`,
    metadata: {
      correlation_id: correlation,
      exception: {
        type: 'PageMissing',
        message,
        traceback: [
          'Traceback (most recent call last):',
          `  File "/srv/app/main.py", line ${line + 9}, in main`,
          '    work()',
          '  File "/srv/venv/lib/python3.11/site-packages/httpkit/client.py", line 40, in request',
          '    return self.send()',
          `  File "/srv/app/agents/${name}.py", line ${line}, in ${name}_${word}`,
          '    raise PageMissing(page)',
          `PageMissing: ${message}`,
        ],
      },
    },
  };
}

async function fill(request: APIRequestContext): Promise<string> {
  const task = await submitTask(request, `errors_${run}`);
  await store(request, freshIndex('errors'), [
    failure('crawl', 12, task, 60_000),
    failure('crawl', 31, `c1-${run}`, 30_000),
    failure('crawl', 12, `c2-${run}`, 5_000),
    failure('write', 7, `c3-${run}`, 9_000),
  ]);
  return task;
}

let task = '';

test.beforeAll(async ({ request }) => {
  task = await fill(request);
  // The groups are made by a follower of the log.
  await expect
    .poll(
      async () => {
        const reply = await request.get(`/api/v1/errors?query=${word}`);
        const { groups } = (await reply.json()) as { groups: { count: number }[] };
        return groups.map(({ count }) => count).toSorted((a, b) => a - b);
      },
      { timeout: 50_000 },
    )
    .toEqual([1, 3]);
});

const groupOf = (name: string) => new RegExp(`${name}_${word}`);

test('errors of one bug are one row, which sorts, filters and is walked by keys', async ({ page }) => {
  await page.goto('/status');
  await expect(page.getByRole('heading', { name: 'Status' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await expect(page).toHaveURL(/\/errors$/);
  await page.getByRole('textbox', { name: 'Type, message or function' }).fill(word);
  await expect(page).toHaveURL(new RegExp(`query=${word}`));
  const crawl = page.getByRole('row').filter({ hasText: groupOf('crawl') });
  await expect(crawl).toContainText('PageMissing');
  await expect(crawl.getByRole('cell').nth(2)).toHaveText('3');
  await expect(crawl.getByRole('img')).toHaveAttribute('aria-label', /^3 errors/);
  await expect(page.getByRole('row')).toHaveCount(3);

  await page.getByRole('button', { name: 'Errors', exact: true }).click();
  await expect(page).toHaveURL(/sort=count/);
  await expect(page.getByRole('row').nth(1)).toContainText(groupOf('crawl'));
  await page.getByRole('button', { name: /^resolved/ }).click();
  await expect(page.getByText('No error matches these filters')).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: 'came back' }).click();
  await expect(page.getByText('No error came back')).toBeVisible();
  await page.goBack();

  await expect(page.getByRole('row')).toHaveCount(3);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article')).toContainText(groupOf('crawl'));
});

test('a group shows its own calls first, its samples, and who is affected', async ({ page }) => {
  await page.goto(`/errors?query=crawl_${word}`);
  await page
    .getByRole('table')
    .getByRole('link', { name: /PageMissing/ })
    .click();
  const frames = page.getByRole('region', { name: 'Frames' });
  await expect(frames.getByRole('listitem').first()).toContainText(groupOf('crawl'));
  await expect(frames).not.toContainText('httpkit');
  await frames.getByRole('button', { name: /1 call of libraries/ }).click();
  await expect(frames).toContainText('httpkit');

  await expect(page.getByRole('region', { name: 'Affected tasks' })).toContainText(task);
  await expect(page.getByRole('region', { name: 'Facts' })).toContainText(agent);
  const sample = page.getByRole('region', { name: 'Samples' }).getByRole('row').nth(1);
  await sample.getByRole('link', { name: `c2-${run}` }).click();
  await expect(page).toHaveURL(new RegExp(`/correlation/c2-${run}`));
  await page.goBack();
  await sample.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/discover\?/);
  await expect(page.getByText(`page 12 of ${word} is missing`).first()).toBeVisible();
});

test('a group is resolved, reopened, ignored, and noted on', async ({ page }) => {
  await page.goto(`/errors?query=write_${word}&state=all`);
  await page
    .getByRole('table')
    .getByRole('link', { name: /PageMissing/ })
    .click();
  const facts = page.getByRole('region', { name: 'Facts' });
  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(facts).toContainText(/resolved 2/);
  await page.getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  await page.getByRole('button', { name: 'Ignore' }).click();
  await page.getByRole('menuitem', { name: 'For a day' }).click();
  await expect(facts).toContainText(/ignored until 2/);

  await page.getByRole('textbox', { name: 'A new note' }).fill('the index was rebuilt');
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect(page.getByRole('region', { name: 'Notes' }).getByRole('listitem')).toContainText(
    'the index was rebuilt',
  );
  await page.goto(`/errors?query=${word}&state=ignored`);
  await expect(page.getByRole('row').filter({ hasText: groupOf('write') })).toContainText('ignored');
});

test('an error in Discover leads to its group', async ({ page }) => {
  await page.goto(`/discover?q=${encodeURIComponent(`"page 31 of ${word}"`)}&from=now-1h&to=now`);
  await page.getByRole('treegrid').locator('[aria-rowindex]').first().click();
  await page.getByRole('link', { name: '3 errors like this' }).click();
  await expect(page).toHaveURL(/\/errors\/[0-9a-f]{32}$/);
  await expect(page.getByRole('article')).toContainText(groupOf('crawl'));
});

test('an error that does not exist is said so', async ({ page }) => {
  await page.goto('/errors/00000000000000000000000000000000');
  await expect(page.getByText('The error could not be read')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the errors have no accessibility fault in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const faults = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    };
    await page.goto(`/errors?query=${word}&state=all`);
    await expect(page.getByRole('row')).toHaveCount(3);
    expect(await faults()).toEqual([]);
    await page
      .getByRole('table')
      .getByRole('link', { name: /PageMissing/ })
      .first()
      .click();
    await expect(page.getByRole('region', { name: 'Samples' })).toBeVisible();
    expect(await faults()).toEqual([]);
  });
}
