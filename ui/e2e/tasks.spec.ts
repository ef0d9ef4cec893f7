import { expect, test } from '@playwright/test';
import { submitTask } from './support/server';

const taskType = `e2e_${Date.now().toString(36)}`;

test('a task is found, cancelled after a question, and put back', async ({ page, request }) => {
  const id = await submitTask(request, taskType);
  await page.goto(`/tasks?type=${taskType}`);
  const row = page.getByRole('row').filter({ hasText: id });
  await expect(row).toContainText('queued');
  await expect(page.getByRole('button', { name: /^queued \d+$/ })).toBeVisible();

  await row.getByRole('button').click();
  const drawer = page.getByRole('dialog', { name: 'Task' });
  await expect(drawer).toContainText(id);
  await expect(drawer).toContainText('No attempt has ended yet');

  await drawer.getByRole('button', { name: 'Cancel task' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel this task?' });
  await question.getByRole('button', { name: 'Leave it' }).click();
  await expect(question).toBeHidden();
  await drawer.getByRole('button', { name: 'Cancel task' }).click();
  await question.getByRole('button', { name: 'Cancel task' }).click();
  await expect(drawer.getByText('cancelled').first()).toBeVisible();

  await drawer.getByRole('button', { name: 'Retry task' }).click();
  await page
    .getByRole('dialog', { name: 'Put this task back into the queue?' })
    .getByRole('button', { name: 'Retry task' })
    .click();
  await expect(drawer.getByText('queued').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(row).toContainText('queued');
});

test('the state chips filter, and the URL keeps the filter', async ({ page, request }) => {
  const id = await submitTask(request, taskType);
  await page.goto('/tasks');
  await page.getByRole('button', { name: /^queued/ }).click();
  await expect(page).toHaveURL(/state=queued/);
  await page.getByRole('combobox', { name: 'Task type' }).fill(taskType);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`type=${taskType}`));
  await page.reload();
  await expect(page.getByRole('row').filter({ hasText: id })).toContainText('queued');
  await expect(page.getByRole('button', { name: /^queued/ })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: /^completed/ }).click();
  await expect(page.getByText('No task matches these filters')).toBeVisible();
});

test('a task that does not exist is said so', async ({ page }) => {
  await page.goto('/tasks?task=no-such-task');
  await expect(page.getByText('The task could not be read')).toBeVisible();
});

test('a task is submitted by its form, and opens', async ({ page }) => {
  await page.goto(`/tasks?type=${taskType}_form`);
  await page.getByRole('button', { name: 'Submit a task…' }).click();
  await expect(page).toHaveURL(/form=/);
  const form = page.getByRole('dialog', { name: 'Submit a task' });
  await form.getByRole('button', { name: 'Submit' }).click();
  await expect(form.getByText('Say which type of task it is')).toBeVisible();
  await form.getByRole('combobox', { name: 'Type' }).fill(`${taskType}_form`);
  await form.getByRole('combobox', { name: 'Priority' }).selectOption('high');
  await form.getByRole('textbox', { name: 'Metadata' }).fill('{"topic": "tides"}');
  await form.getByRole('textbox', { name: 'Delay, seconds' }).fill('3600');
  await form.getByRole('button', { name: 'Submit' }).click();
  const drawer = page.getByRole('dialog', { name: 'Task', exact: true });
  await expect(drawer).toContainText('tides');
  await expect(drawer).toContainText('high');
  await expect(drawer.getByRole('link', { name: 'Journey' })).toHaveAttribute('href', /^\/correlation\//);
});

test('all tasks of a filter are cancelled and requeued after a question, with the number that was seen', async ({
  page,
  request,
}) => {
  const bulk = `${taskType}_bulk`;
  for (let count = 0; count < 3; count++) await submitTask(request, bulk);
  await page.goto(`/tasks?type=${bulk}&state=queued`);
  await page.getByRole('button', { name: 'Cancel all 3…' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel 3 queued tasks?' });
  // One more comes while the question is open.
  await submitTask(request, bulk);
  await question.getByRole('button', { name: 'Cancel 3' }).click();
  await expect(question.getByRole('alert')).toContainText('4 tasks match by now, not 3');
  await question.getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('button', { name: 'Cancel all 4…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel 4' }).click();
  await expect(page.getByText('No task matches these filters')).toBeVisible();
  await page.getByRole('button', { name: /^cancelled/ }).click();
  await page.getByRole('button', { name: 'Requeue all 4…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Requeue 4' }).click();
  await page.getByRole('button', { name: /^queued/ }).click();
  await expect(page.getByRole('row').filter({ hasText: bulk })).toHaveCount(4);
});

test('a task is found by a part of its id, and a change shows without asking again', async ({
  page,
  request,
}) => {
  const id = await submitTask(request, taskType);
  await page.goto('/tasks');
  await page.getByRole('textbox', { name: 'Id, type or error' }).fill(id.slice(0, 13).toUpperCase());
  await expect(page).toHaveURL(/q=/);
  const row = page.getByRole('row').filter({ hasText: id });
  await expect(row).toContainText('queued');
  await request.post(`/api/v1/tasks/${id}/cancel`);
  await expect(row).toContainText('cancelled');
});

test('parents and children lead to each other', async ({ page, request }) => {
  const parent = `${taskType}-parent`;
  const child = `${taskType}-child`;
  await request.post('/api/v1/tasks', {
    data: [
      { task_id: parent, task_type: taskType, join: {} },
      { task_id: child, task_type: taskType, parent_task_id: parent },
    ],
  });
  await page.goto(`/tasks?task=${parent}`);
  const family = page.getByRole('region', { name: 'Parent and children' });
  await family.getByRole('button', { name: child, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`task=${child}`));
  await expect(family).toContainText('part of');
  await family.getByRole('button', { name: parent, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`task=${parent}`));
});

test('a schedule is added, paused, run and removed', async ({ page }) => {
  const name = `${taskType}-schedule`;
  await page.goto('/tasks?tab=schedules');
  await page.getByRole('button', { name: 'Add a schedule…' }).click();
  const form = page.getByRole('dialog', { name: 'Add a schedule' });
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByRole('textbox', { name: 'Cron' }).fill('never');
  await form.getByRole('combobox', { name: 'Type' }).fill(taskType);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toContainText('cron');
  await form.getByRole('textbox', { name: 'Cron' }).fill('0 6 * * 1-5');
  await form.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('in ');
  await row.getByRole('button', { name: 'Pause' }).click();
  await expect(row).toContainText('paused');
  await row.getByRole('button', { name: 'Run now' }).click();
  const drawer = page.getByRole('dialog', { name: 'Task', exact: true });
  await expect(drawer).toContainText(taskType);
  await page.keyboard.press('Escape');
  await row.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove schedule' }).click();
  await expect(row).toBeHidden();
});
