import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { at, freshIndex, store } from './support/server';

const index = freshIndex('axe');

test.beforeAll(async ({ request }) =>
  store(
    request,
    index,
    ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].map((severity, position) => ({
      timestamp: at(2_000 - 10 * position),
      agent_name: 'research_agent_3',
      event_type: 'task_processing',
      severity,
      message: `a message of ${severity}`,
      metadata: { correlation_id: index, step: 1 },
    })),
  ),
);

const PAGES = {
  Discover: `/discover?index=${index}&from=now-1h&to=now&q=message&f=%2Bmetadata.step:1`,
  'the patterns of Discover': `/discover?index=${index}&from=now-1h&to=now&view=patterns`,
  'the correlation view': `/correlation/${index}`,
  Metrics: '/metrics?q=up&q=count(up)&from=now-5m&to=now&points=1',
  'the table of Metrics': '/metrics?q=up&tab=table',
  'Metrics without a query': '/metrics',
  Targets: '/targets',
  Alerts: '/alerts',
  'recording rules': '/alerts?tab=rules',
  'the history of alerts': '/alerts?tab=history',
  Dashboards: '/dashboards',
  'a dashboard': '/dashboards/swarmscope-agents-overview?from=now-5m&to=now&refresh=off',
  Agents: '/agents',
  Errors: '/errors',
  Tasks: '/tasks',
  'the form of a task': '/tasks?form=%2B',
  Schedules: '/tasks?tab=schedules',
  Status: '/status',
} as const;

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, path] of Object.entries(PAGES)) {
    test(`${name} has no accessibility fault in ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
      await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined);
      if (name === 'the form of a task') await expect(page.getByRole('dialog')).toBeVisible();
      if (name === 'Discover') await page.getByRole('treegrid').locator('[aria-rowindex]').first().click();
      const axe = new AxeBuilder({ page });
      // What lies behind an open dialog cannot be reached, so the dialog is the page. Its head is a header
      // element of the component library's, which axe takes for a second banner.
      if (name === 'the form of a task') {
        axe.include('[role=dialog]').disableRules('landmark-no-duplicate-banner');
      }
      const { violations } = await axe.analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
      expect(found).toEqual([]);
    });
  }
}
