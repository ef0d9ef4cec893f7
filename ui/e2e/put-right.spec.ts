import { expect, test } from '@playwright/test';
import { Discover } from './support/discover';
import { at, failNextTask, freshIndex, store, submitTask, type AgentEvent } from './support/server';

const run = Date.now().toString(36);
const agent = `put_right_${run}`;
const taskType = `put_right_work_${run}`;
const index = freshIndex('put-right');
/** Letters alone, which no fingerprint takes for a parameter. */
const word = run.replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));

function failure(task: string, msAgo: number): AgentEvent {
  return {
    timestamp: at(msAgo),
    agent_name: agent,
    event_type: 'permanent_error',
    severity: 'ERROR',
    message: `task ${task} failed: the outline of ${word} is empty`,
    metadata: {
      correlation_id: task,
      task_id: task,
      task_type: taskType,
      exception: {
        type: 'OutlineEmpty',
        message: `the outline of ${word} is empty`,
        traceback: [
          'Traceback (most recent call last):',
          '  File "/srv/app/agent.py", line 9, in handle',
          '    write(task)',
          `  File "/srv/app/write.py", line 31, in outline_${word}`,
          '    raise OutlineEmpty(topic)',
          `OutlineEmpty: the outline of ${word} is empty`,
        ],
      },
    },
  };
}

/** Two tasks that one bug failed, and what their agent logged. */
let tasks: string[] = [];

test.beforeAll(async ({ request }) => {
  await submitTask(request, taskType);
  await submitTask(request, taskType);
  tasks = [await failNextTask(request, agent, taskType), await failNextTask(request, agent, taskType)];
  await store(
    request,
    index,
    tasks.map((task, place) => failure(task, 2_000 - place * 500)),
  );
});

test('who looks for why a task failed finds who else is affected, and puts it right', async ({
  page,
  request,
}) => {
  const [first = '', second = ''] = tasks;
  const affected = page.getByRole('region', { name: 'Affected tasks' });
  const facts = page.getByRole('region', { name: 'Facts' });

  // From the line to its group, which has counted both failures: nobody else has logged them as errors.
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now', q: `severity:ERROR AND "${first}"` });
  await discover.rows.first().click();
  await page.getByRole('link', { name: '2 errors like this', exact: true }).click();
  await expect(page).toHaveURL(/\/errors\/[0-9a-f]{32}$/);
  const group = page.url();
  await expect(page.getByRole('article')).toContainText(`outline_${word}`);
  await expect(affected.getByRole('listitem')).toHaveCount(2);
  await expect(affected.getByRole('listitem').filter({ hasText: second })).toContainText('failed');

  // What else fails in tasks of this type is a click away.
  await facts.getByRole('link', { name: taskType }).click();
  await expect(page).toHaveURL(new RegExp(`taskType=${taskType}`));
  await expect(page.getByRole('row').filter({ hasText: word })).toHaveCount(1);
  await page.getByRole('button', { name: 'Any task type' }).click();
  await expect(page).not.toHaveURL(/taskType/);
  await page.goto(group);

  // From a task that it failed to that task's journey, and from the error in it back to the group.
  await affected
    .getByRole('listitem')
    .filter({ hasText: second })
    .getByRole('link', { name: 'Journey' })
    .click();
  await expect(page).toHaveURL(new RegExp(`/correlation/${second}`));
  await expect(page.getByRole('region', { name: 'Summary' })).toContainText(
    `failed in ${agent}: OutlineEmpty`,
  );
  await page
    .getByRole('group', { name: 'Kind' })
    .getByRole('button', { name: /^Error/ })
    .click();
  const entries = page.getByRole('list', { name: 'Entries in time order' });
  await expect(entries.getByRole('listitem')).toHaveCount(1);
  await entries.getByRole('button').first().click();
  await page.getByRole('link', { name: 'All errors like this' }).click();
  await expect(page).toHaveURL(group);

  // From the task itself to the group of its error.
  await affected.getByRole('link', { name: first }).click();
  await page.getByRole('dialog', { name: 'Task' }).getByRole('link', { name: 'Its error' }).click();
  await expect(page).toHaveURL(group);

  // Back into the queue, after a question that says how many; Enter is yes.
  await affected.getByRole('button', { name: 'Requeue 2 tasks' }).click();
  const question = page.getByRole('dialog', { name: 'Put 2 tasks back into the queue?' });
  await expect(question.getByRole('button', { name: 'Requeue 2 tasks' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question.getByRole('status')).toContainText('2 tasks back in the queue');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(affected.getByText('queued')).toHaveCount(2);
  await expect(affected.getByRole('button', { name: /^Requeue/ })).toBeHidden();

  // Resolved by a key, and back with the next error.
  await page.keyboard.press('Shift+R');
  await expect(facts).toContainText(/resolved 2/);
  await store(request, index, [failure(first, 0)]);
  await expect(page.getByRole('article')).toContainText('came back');
  await expect(facts).toContainText(/open, came back 2/);
  await page.goto(`/errors?query=${word}`);
  await page.getByRole('button', { name: 'came back' }).click();
  await expect(page).toHaveURL(/back=true/);
  await expect(page.getByRole('row').filter({ hasText: word })).toContainText('came back');
});

test('an error is told by the list until it is in a group', async ({ page }) => {
  const missing = { error: { code: 'not_found', message: 'the error is not in a group yet' } };
  await page.route('**/api/v1/errors/of_event?**', (route) => route.fulfill({ status: 404, json: missing }));
  const discover = new Discover(page);
  await discover.open({ index, from: 'now-1h', to: 'now', q: 'severity:ERROR' });
  await discover.rows.first().click();
  await page.getByRole('link', { name: 'Errors like this', exact: true }).click();
  await expect(page).toHaveURL(/\/errors\?.*type=OutlineEmpty/);
});
