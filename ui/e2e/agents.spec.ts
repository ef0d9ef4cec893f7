import { expect, test, type APIRequestContext } from '@playwright/test';
import { failNextTask, submitTask } from './support/server';

interface Agent {
  agent_name: string;
  status: string;
  metadata: { pid?: number } | null;
}

/** Silence has to be noticed within the lease; the rest is for a busy machine. */
const NOTICED_WITHIN_MS = 45_000;

/** `scripts/browser-tests` starts the server with demo agents, so that their absence is a failure. */
const DEMO_IS_WANTED = process.env.SWARMSCOPE_DEMO !== undefined;

async function activeAgents(request: APIRequestContext): Promise<Agent[]> {
  const reply = await request.get('/api/v1/agents');
  const { agents } = (await reply.json()) as { agents: Agent[] };
  return agents.filter((agent) => agent.status === 'active' && agent.metadata?.pid !== undefined);
}

async function demoAgents(request: APIRequestContext): Promise<Agent[]> {
  if (DEMO_IS_WANTED) {
    await expect
      .poll(async () => (await activeAgents(request)).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
  }
  const agents = await activeAgents(request);
  test.skip(agents.length === 0, 'no demo agents run here: start the server with up --demo');
  return agents;
}

test('agents are listed with a heartbeat that ticks, and lead to their logs and tasks', async ({
  page,
  request,
}) => {
  const agents = await demoAgents(request);
  const name = agents[0]?.agent_name ?? '';
  await page.goto('/agents');
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await expect(row).toContainText('active');
  await expect(row).toContainText(/\d+s ago/);
  await row.getByRole('link', { name: 'Logs' }).click();
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText(`agent_name: ${name}`);
  await page.goBack();
  await row.getByRole('link', { name: 'Tasks' }).click();
  await expect(page.getByRole('combobox', { name: 'Agent' })).toHaveValue(name);
});

test('an agent that left in order is no reason to look, and a narrow window keeps what matters', async ({
  page,
  request,
}) => {
  const name = `left_${Date.now().toString(36)}`;
  await submitTask(request, name);
  await failNextTask(request, name, name);
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.goto('/agents');
  const row = page.locator(`[data-agent="${name}"]`);
  await expect(row).toHaveAttribute('data-health', 'left');
  await expect(row.getByRole('cell', { name: 'left', exact: true })).toBeVisible();
  // Below those who are missed, however many these are.
  await row.getByRole('rowheader').scrollIntoViewIfNeeded();
  await expect(row.getByRole('link', { name: 'Metrics' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('columnheader', { name: 'Events' })).toBeInViewport({ ratio: 1 });
});

test('an agent that dies is seen as inactive', async ({ page, request }) => {
  test.setTimeout(NOTICED_WITHIN_MS + 30_000);
  const victim = (await demoAgents(request)).at(-1);
  const pid = victim?.metadata?.pid;
  if (victim === undefined || pid === undefined) return;

  await page.goto('/agents');
  const row = page.locator(`[data-agent="${victim.agent_name}"]`);
  await expect(row).toHaveAttribute('data-health', 'active');
  process.kill(pid, 'SIGKILL');
  const killed = Date.now();
  await expect(row).toHaveAttribute('data-health', 'inactive', { timeout: NOTICED_WITHIN_MS });
  console.log(`${victim.agent_name} shown as inactive ${Date.now() - killed} ms after its death`);
  await expect(page.getByTestId('agents-summary')).toContainText('inactive');
});
