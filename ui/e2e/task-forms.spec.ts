import { expect, test } from '@playwright/test';
import { completeNextTask, failNextTask, submitTask } from './support/server';

const taskType = `forms_${Date.now().toString(36)}`;

test('metadata that is no JSON is told in words', async ({ page }) => {
  await page.goto('/tasks?form=%2B');
  const form = page.getByRole('dialog', { name: 'Submit a task' });
  await form.getByLabel('Type').fill(taskType);
  await form.getByLabel('Metadata').fill('{topic');
  await form.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(form.getByText('Write a JSON object, such as {"topic": "tides"}')).toBeVisible();
  await expect(form).toBeVisible();
});

test('Enter says yes to a retry and no to a cancellation', async ({ page, request }) => {
  await submitTask(request, taskType);
  const failed = await failNextTask(request, `forms_agent_${taskType}`, taskType);
  await page.goto(`/tasks?task=${failed}`);
  const task = page.getByRole('dialog', { name: 'Task', exact: true });
  await task.getByRole('button', { name: 'Retry task' }).click();
  const retry = page.getByRole('dialog', { name: 'Put this task back into the queue?' });
  await expect(retry.getByRole('button', { name: 'Retry task' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(retry).toBeHidden();
  await expect(task.getByText('queued')).toBeVisible();

  await task.getByRole('button', { name: 'Cancel task' }).click();
  const cancel = page.getByRole('dialog', { name: 'Cancel this task?' });
  await expect(cancel.getByRole('button', { name: 'Leave it' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(cancel).toBeHidden();
  await expect(task.getByText('queued')).toBeVisible();
});

test('a completed task shows what its agent made of it', async ({ page, request }) => {
  const type = `${taskType}_results`;
  await submitTask(request, type);
  const done = await completeNextTask(request, `results_agent_${taskType}`, type, { words: 6 });
  await page.goto(`/tasks?task=${done}`);
  const task = page.getByRole('dialog', { name: 'Task', exact: true });
  await expect(task.getByRole('region', { name: 'Result' })).toContainText('"words": 6');
});

test('a rule about agents or tasks says that it cannot be tried', async ({ page }) => {
  await page.goto('/alerts?edit=%2B');
  const editor = page.getByRole('dialog', { name: 'New rule' });
  await expect(editor.getByRole('button', { name: 'Try', exact: true })).toBeVisible();
  for (const source of ['agents', 'tasks']) {
    await editor.getByLabel('Looks at').selectOption(source);
    await expect(editor.getByText(`How ${source} stood in the past is not kept`)).toBeVisible();
    await expect(editor.getByRole('button', { name: 'Try', exact: true })).toHaveCount(0);
  }
});
