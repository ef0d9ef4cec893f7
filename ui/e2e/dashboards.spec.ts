import type { ChildProcess } from 'node:child_process';
import { expect, test, type Locator } from '@playwright/test';
import { Board, startTestAgent } from './support/boards';
import { vector } from './support/metrics';
import { at, store } from './support/server';

const SHIPPED = {
  'swarmscope-orchestrator': 'Orchestrator',
  'swarmscope-test-agent': 'Test Agent',
  'swarmscope-agents-overview': 'Agents overview',
  'swarmscope-itself': 'Swarmscope itself',
} as const;

let testAgent: ChildProcess | null = null;

test.beforeAll(async ({ request }) => {
  testAgent = startTestAgent();
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
  const failure = { type: 'Refused', message: 'nobody may do that', traceback: [] };
  // Its events reach the store through a collector elsewhere.
  await store(request, `test_agent-${day}`, [
    {
      timestamp: at(5_000),
      agent_name: 'test_agent_e2e',
      event_type: 'permanent_error',
      severity: 'ERROR',
      message: 'a task that nobody may do',
      metadata: { correlation_id: 'e2e-dashboards', exception: failure },
    },
  ]);
  // What fails in the demo is its agents' error, and the orchestrator has none of its own.
  await store(request, `orchestrator-logs-${day}`, [
    {
      timestamp: at(5_000),
      agent_name: 'orchestrator_e2e',
      event_type: 'max_retries_exceeded',
      severity: 'ERROR',
      message: 'a task that was given up',
      metadata: { correlation_id: 'e2e-dashboards' },
    },
  ]);
});

test.afterAll(() => testAgent?.kill());

test('the list is searched by words and tags', async ({ page }) => {
  await page.goto('/dashboards');
  const rows = page.getByRole('table', { name: 'Dashboards' }).locator('tbody tr');
  for (const title of Object.values(SHIPPED)) await expect(rows.filter({ hasText: title })).toBeVisible();
  await page.getByRole('textbox', { name: 'Search dashboards' }).fill('orch');
  await expect(rows).toHaveCount(1);
  expect(new URL(page.url()).searchParams.get('q')).toBe('orch');
  await rows.getByRole('link', { name: 'Orchestrator' }).click();
  await expect(page.getByRole('heading', { name: 'Orchestrator', level: 1 })).toBeVisible();
});

for (const [uid, title] of Object.entries(SHIPPED)) {
  test(`${title} has data in every panel`, async ({ page, request }) => {
    test.setTimeout(150_000);
    test.skip(uid === 'swarmscope-test-agent' && testAgent === null, 'SWARMSCOPE_BINARY is not given');
    // A rate needs two scrapes.
    await vector(request, 'rate(task_latency_seconds_count{agent!=""}[1m]) > 0');
    const board = new Board(page);
    // What Swarmscope says of itself is said when it starts.
    await board.open(uid, { from: 'now-1h' });
    await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
    await expect(async () => {
      await page.keyboard.press('d');
      await page.keyboard.press('r');
      await board.ready();
      expect(await board.faults()).toEqual([]);
    }).toPass({ timeout: 120_000, intervals: [1_000, 3_000] });
  });
}

test('who is no agent is not counted as one', async ({ page }) => {
  // As on a server that has met no agent yet, where "all agents" is an empty list.
  await page.route('**/label/agent/values**', (route) =>
    route.fulfill({ json: { status: 'success', data: [] } }),
  );
  const board = new Board(page);
  await board.open('swarmscope-agents-overview');
  await expect(board.panel('Agents that are up')).toContainText('none');
  await expect(board.panel('Agents that are down')).toContainText('0');
});

test('a variable narrows the panels, and lives in the URL', async ({ page, request }) => {
  await vector(request, 'rate(task_latency_seconds_count{agent="research_agent"}[1m])');
  const board = new Board(page);
  await board.open('swarmscope-agents-overview');
  const rows = board.panel('Agents').locator('tbody tr');
  await expect.poll(() => rows.count()).toBeGreaterThan(1);

  await page.getByRole('button', { name: /^Agent: All/ }).click();
  await page.getByRole('checkbox', { name: 'research_agent', exact: true }).check();
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(rows).toHaveCount(1);
  expect(board.params('var-agent')).toEqual(['research_agent']);
  await expect(board.panel('research_agent')).toHaveCount(1);
  await expect(board.panel('writing_agent')).toHaveCount(0);

  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('research_agent');
});

test('a row leads to the same dashboard of its agent', async ({ page }) => {
  const board = new Board(page);
  await board.open('swarmscope-agents-overview');
  await board.panel('Agents').getByRole('link', { name: 'writing_agent', exact: true }).click();
  await expect.poll(() => board.params('var-agent')).toEqual(['writing_agent']);
  expect(board.params('from')).toEqual(['now-5m']);
});

test('dragging over one chart zooms all of them', async ({ page }) => {
  const board = new Board(page);
  await board.open('swarmscope-itself');
  const chart = board.panel('Samples stored').getByTestId('chart').locator('.u-over');
  await drag(page.mouse, chart, 0.3, 0.6);
  await expect.poll(() => board.params('from')[0]).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  const [from = '', to = ''] = [board.params('from')[0], board.params('to')[0]];
  const seconds = (Date.parse(to) - Date.parse(from)) / 1_000;
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThan(130);
  await expect(page.getByRole('button', { name: /^Time range:/ })).not.toContainText('Last 5 minutes');
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Time range: Last 5 minutes' })).toBeVisible();
});

test('one panel fills the page, and Esc brings the others back', async ({ page }) => {
  const board = new Board(page);
  await board.open('swarmscope-itself');
  const all = await board.panels.count();
  await board.panel('Memory').hover();
  await page.keyboard.press('v');
  await expect(board.panels).toHaveCount(1);
  expect(board.params('viewPanel')).toHaveLength(1);
  await page.keyboard.press('Escape');
  await expect(board.panels).toHaveCount(all);
});

test('a panel leads to its query on the page Metrics', async ({ page }) => {
  const board = new Board(page);
  await board.open('swarmscope-itself');
  const panel = board.panel('Documents');
  await panel.hover();
  await panel.getByRole('button', { name: 'Menu of Documents' }).click();
  await page.getByRole('menuitem', { name: 'Explore in Metrics' }).click();
  await expect(page).toHaveURL(/\/metrics\?.*swarmscope_log_documents/);
});

test('what cannot be drawn says so in its place, and the rest is drawn', async ({ page }) => {
  const prometheus = { type: 'prometheus', uid: 'prometheus' };
  const panel = (id: number, type: string, title: string, more: object = {}) => ({
    id,
    type,
    title,
    gridPos: { x: (id % 3) * 8, y: Math.floor(id / 3) * 6, w: 8, h: 6 },
    datasource: prometheus,
    ...more,
  });
  const up = [{ refId: 'A', expr: 'up' }];
  const board = new Board(page);
  await board.provide('odd', {
    uid: 'odd',
    title: 'Odd things',
    panels: [
      panel(0, 'nodeGraph', 'Unknown', { targets: up }),
      panel(1, 'timeseries', 'Broken', { targets: [{ refId: 'B', expr: 'sum(rate(x[5m])' }] }),
      panel(2, 'timeseries', 'Whole', { targets: up, transformations: [{ id: 'spatial', options: {} }] }),
      panel(3, 'text', 'Words', {
        options: { content: '**Bold** <script>document.title = "run"</script><b onclick="x()">b</b>' },
      }),
      panel(4, 'table', 'Rows of SQL', {
        datasource: { type: 'mysql', uid: 'm' },
        targets: [{ refId: 'A', rawSql: 'select 1' }],
      }),
      panel(5, 'row', 'Closed', { collapsed: true, panels: [panel(9, 'stat', 'Inside', { targets: up })] }),
    ],
  });
  await board.open('odd');
  await expect(board.panel('Unknown')).toContainText('nodeGraph');
  await expect(board.panel('Broken').getByRole('alert')).toContainText('sum(rate(x[5m])');
  await expect(board.panel('Whole').locator('canvas')).toBeVisible();
  await expect(board.panel('Whole').getByRole('button', { name: /spatial is not applied/ })).toBeVisible();
  await expect(board.panel('Words').locator('strong')).toHaveText('Bold');
  await expect(board.panel('Words').locator('script, [onclick]')).toHaveCount(0);
  await expect(board.panel('Rows of SQL')).toContainText('mysql');
  await expect(board.panel('Inside')).toHaveCount(0);
  await page.getByRole('button', { name: 'Closed' }).click();
  await expect(board.panel('Inside')).toBeVisible();
  expect(board.params('row')).toEqual(['5']);
});

async function drag(
  mouse: {
    move: (x: number, y: number) => Promise<void>;
    down: () => Promise<void>;
    up: () => Promise<void>;
  },
  over: Locator,
  start: number,
  end: number,
): Promise<void> {
  const box = await over.boundingBox();
  if (!box) throw new Error('the chart is not on the screen');
  const y = box.y + box.height / 2;
  await mouse.move(box.x + box.width * start, y);
  await mouse.down();
  await mouse.move(box.x + box.width * ((start + end) / 2), y);
  await mouse.move(box.x + box.width * end, y);
  await mouse.up();
}
