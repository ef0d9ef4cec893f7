import { expect, test, type APIRequestContext } from '@playwright/test';
import { eventually } from './support/metrics';

interface Rule {
  type: 'alerting' | 'recording';
  name: string;
  query: string;
  state?: string;
}

interface Group {
  name: string;
  file: string;
  rules: Rule[];
}

async function rulesOf(request: APIRequestContext, type: Rule['type']): Promise<Rule[]> {
  const { groups } = await eventually<{ groups: Group[] }>(request, 'rules', (data) =>
    data.groups.some(({ rules }) => rules.some((rule) => rule.type === type)),
  );
  return groups.flatMap(({ rules }) => rules).filter((rule) => rule.type === type);
}

test('every alerting rule is there with its state, and the counts add up', async ({ page, request }) => {
  const rules = await rulesOf(request, 'alerting');
  await page.goto('/alerts');
  for (const { name } of rules) await expect(page.locator(`[data-rule="${name}"]`).first()).toBeVisible();
  const count = async (name: string) =>
    Number(/\d+/.exec(await page.getByRole('button', { name: new RegExp(`^${name}`) }).innerText())?.[0]);
  expect(await count('all')).toBe(rules.length);
  expect((await count('firing')) + (await count('pending')) + (await count('inactive'))).toBe(rules.length);
});

test('state and words filter, and the URL keeps both', async ({ page, request }) => {
  const [rule] = await rulesOf(request, 'alerting');
  await page.goto('/alerts');
  await page.getByRole('textbox', { name: 'Search alerts' }).fill(rule?.name ?? '');
  await expect(page.locator('[data-rule]').first()).toHaveAttribute('data-rule', rule?.name ?? '');
  await page.getByRole('button', { name: /^pending/ }).click();
  await expect(page).toHaveURL(/state=pending/);
  await page.reload();
  await expect(page.getByRole('button', { name: /^pending/ })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('textbox', { name: 'Search alerts' })).toHaveValue(rule?.name ?? '');
});

test('the expression of a rule leads to its graph', async ({ page, request }) => {
  const [rule] = await rulesOf(request, 'alerting');
  await page.goto('/alerts');
  await page
    .locator(`[data-rule="${rule?.name ?? ''}"]`)
    .first()
    .getByTitle('Open in Metrics')
    .click();
  await expect(page.getByRole('heading', { name: 'Metrics' })).toBeVisible();
  expect(new URL(page.url()).searchParams.get('q')?.replace(/\s+/g, ' ')).toBe(
    rule?.query.trim().replace(/\s+/g, ' '),
  );
});

test('recording rules tell how their evaluation goes', async ({ page, request }) => {
  const [rule] = await rulesOf(request, 'recording');
  await page.goto('/alerts');
  await page.getByRole('tab', { name: 'Recording rules' }).click();
  const row = page.locator(`[data-rule="${rule?.name ?? ''}"]`).first();
  await expect(row).toContainText(/ok|failed|not yet run/);
  await expect(row).toContainText(/ago|never/);
});

test('the history is there, filled or not', async ({ page }) => {
  await page.goto('/alerts?tab=history');
  await expect(
    page.getByRole('table').or(page.getByText('No alert has changed its state yet')),
  ).toBeVisible();
});

test('g l leads here', async ({ page }) => {
  await page.goto('/status');
  await expect(page.getByRole('heading', { name: 'Status' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('heading', { name: 'Alerts' })).toBeVisible();
});
