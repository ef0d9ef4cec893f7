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
