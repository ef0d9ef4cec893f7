import { expect, test } from '@playwright/test';
import { at, freshIndex, store, submitTask, type AgentEvent } from './support/server';

const run = Date.now().toString(36);
/** Letters alone, which no fingerprint takes for a parameter. */
const word = run.replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));
/** A name that no column has room for, with nothing to break it at. */
const long = (name: string) => `${name}_${word}_${'with_a_name_that_goes_on'.repeat(8)}`;
const AGENTS = 30;

let task = '';

function failure(agent: string, place: number): AgentEvent {
  const message = `the library of ${word} is closed`;
  return {
    timestamp: at(20_000 - place * 100),
    agent_name: agent,
    event_type: 'permanent_error',
    severity: 'ERROR',
    message,
    metadata: {
      correlation_id: task,
      task_id: task,
      task_type: long('type'),
      version: long('version'),
      exception: { type: `Closed_${word}`, message, traceback: [] },
    },
  };
}

test.beforeAll(async ({ request }) => {
  task = await submitTask(request, long('type'));
  const agents = [...Array(AGENTS).keys()].map((number) => long(`agent_${number}`));
  await store(request, freshIndex('long-names'), agents.map(failure));
  await expect
    .poll(
      async () => {
        const reply = await request.get(`/api/v1/errors?query=${word}`);
        return ((await reply.json()) as { groups: { count: number }[] }).groups.map(({ count }) => count);
      },
      { timeout: 50_000 },
    )
    .toEqual([AGENTS]);
});

for (const width of [1000, 1440]) {
  test(`names without an end stay inside ${width} pixels`, async ({ page, request }) => {
    await page.setViewportSize({ width, height: 900 });
    const name = long(`worker_${width}`);
    await request.post(`${process.env.SWARMSCOPE_ORCHESTRATOR ?? 'http://127.0.0.1:8000'}/api/v1/agents`, {
      data: { agent_name: name, agent_type: long('type'), capabilities: { skills: ['reading'] } },
    });
    const group = await groupId(request);
    for (const path of ['/agents', '/tasks', '/errors', `/errors/${group}`, `/correlation/${task}`]) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByText(/^(Loading|Collecting)/)).toHaveCount(0);
      // What the rules of the page cut is cut on purpose; what nobody cuts stands over the edge.
      const outside = await page.evaluate(() => {
        const isCut = (each: Element | null): boolean =>
          each !== null &&
          (['hidden', 'clip'].includes(getComputedStyle(each).overflowX) || isCut(each.parentElement));
        return [...document.querySelectorAll('main *')]
          .filter(
            (each) =>
              each.getBoundingClientRect().right > window.innerWidth + 1 && !isCut(each.parentElement),
          )
          .map((each) => `${each.tagName} ${each.getAttribute('class') ?? ''}`);
      });
      expect(outside, `${path} has parts beyond its right edge`).toEqual([]);
    }
  });
}

test('of many agents the first are shown, and all of them after a click that the URL keeps', async ({
  page,
  request,
}) => {
  await page.goto(`/errors/${await groupId(request)}`);
  const facts = page.getByRole('region', { name: 'Facts' });
  const agents = facts.getByRole('link', { name: /^agent_/ });
  await expect(agents).toHaveCount(8);
  await facts.getByRole('button', { name: `Show ${AGENTS - 8} more` }).click();
  await expect(agents).toHaveCount(AGENTS);
  await expect(page).toHaveURL(/names=all/);
  await page.reload();
  await expect(agents).toHaveCount(AGENTS);
});

async function groupId(request: import('@playwright/test').APIRequestContext): Promise<string> {
  const reply = await request.get(`/api/v1/errors?query=${word}`);
  const { groups } = (await reply.json()) as { groups: { id: string }[] };
  const [group] = groups;
  if (!group) throw new Error('the errors are not grouped yet');
  return group.id;
}
