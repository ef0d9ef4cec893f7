import AxeBuilder from '@axe-core/playwright';
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
  // Read in one go, because rules change their states meanwhile.
  const chips = page.getByRole('button', { name: /^(all|firing|pending|inactive)/ });
  await expect(chips).toHaveCount(4);
  await expect(async () => {
    const texts = await chips.allInnerTexts();
    const count = (name: string) =>
      Number(/\d+/.exec(texts.find((text) => text.trim().startsWith(name)) ?? '')?.[0]);
    expect(count('all')).toBe(rules.length);
    expect(count('firing') + count('pending') + count('inactive')).toBe(rules.length);
  }).toPass({ timeout: 20_000 });
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

test('a rule over logs is tried, made, changed and removed', async ({ page }) => {
  const name = `Made${Date.now()}`;
  await page.goto('/alerts');
  await page.getByRole('button', { name: 'New rule' }).click();
  await expect(page).toHaveURL(/edit=/);
  const editor = page.getByRole('dialog', { name: 'New rule' });
  await editor.getByRole('textbox', { name: 'Name' }).fill(name);
  await editor.getByLabel('Query').fill('severity:');
  await editor.getByRole('button', { name: 'Try', exact: true }).click();
  await expect(editor.getByRole('alert')).toContainText('query');
  // Everything that is logged is more than nothing.
  await editor.getByLabel('Query').fill('');
  await editor.getByRole('button', { name: 'Try', exact: true }).click();
  await expect(editor.getByRole('status')).toContainText(/would have fired \d+ time/);
  await editor.getByRole('button', { name: 'Make rule' }).click();
  await expect(editor).toBeHidden();
  const row = page.locator(`[data-rule="${name}"]`);
  await expect(row).toContainText('logs: count of everything over 5m > 0');
  await expect(row).toContainText('firing', { timeout: 40_000 });

  await row.getByRole('button', { name: `Change ${name}` }).click();
  const change = page.getByRole('dialog', { name: `Change ${name}` });
  await change.getByLabel('This many').fill('1000000');
  await change.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('over 5m > 1000000');

  await row.getByRole('button', { name: `Remove ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(row).toHaveCount(0);
});

test('a rule that is not known by that name opens no editor, and a link to one does', async ({ page }) => {
  await page.goto('/alerts?edit=%2B');
  await expect(page.getByRole('dialog', { name: 'New rule' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/edit=/);
  await page.goto('/alerts?edit=Nobody');
  await expect(page.getByRole('heading', { name: 'Alerts' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('alerts are silenced for a while, and the silence is ended', async ({ page }) => {
  const matcher = `alertname="E2e${Date.now()}"`;
  await page.goto(`/alerts?tab=silences&silence=${encodeURIComponent(matcher)}`);
  await expect(page.getByLabel('Silence alerts with')).toHaveValue(matcher);
  await page.getByRole('textbox', { name: 'Why' }).fill('a test');
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  const row = page.locator('[data-silence]').filter({ hasText: matcher });
  await expect(row).toContainText('active');
  await expect(row).toContainText('a test');
  await row.getByRole('button', { name: 'End' }).click();
  await expect(row).toContainText('expired');
  await page.getByLabel('Silence alerts with').fill('x=~".*"');
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('does not pass everything');
});

test('who is told is there, or what to do', async ({ page }) => {
  await page.goto('/alerts?tab=receivers');
  await expect(
    page.getByRole('table', { name: 'Receivers' }).or(page.getByText('Nobody is told of alerts')),
  ).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`silences and the editor are accessible in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ['/alerts?tab=silences', '/alerts?tab=receivers', '/alerts?edit=%2B']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { name: /Alerts|New rule/ }).first()).toBeVisible();
      const results = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
      expect(results.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
    }
  });
}
