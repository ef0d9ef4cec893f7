import { expect, test, type Page } from '@playwright/test';

const INDEX = process.env.SWARMSCOPE_BENCH_INDEX ?? '';
const WANTED_DOCUMENTS = 1_000_000;
/** What the page is built for; printed, because a shared machine cannot promise it. */
const GOAL_MS = 300;
/** Above this something is broken, however busy the machine. */
const BOUND_MS = Number(process.env.SWARMSCOPE_BENCH_BOUND_MS ?? 3_000);
const ROUNDS = 5;

const frames = ['[data-testid="histogram"]', '[data-testid="hits"]'];

/** From the click on “Refresh now” until the frame after histogram and first page are drawn, in the page. */
function refreshOnce(page: Page): Promise<number> {
  return page.evaluate(async (selectors) => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ready = () =>
      selectors.every((selector) => document.querySelector(selector)?.getAttribute('data-state') === 'ready');
    const start = performance.now();
    document.querySelector<HTMLElement>('[aria-label="Refresh now"]')?.click();
    await nextFrame();
    while (!ready()) await nextFrame();
    await nextFrame();
    return performance.now() - start;
  }, frames);
}

test('histogram and first page on a million events', async ({ page, request }) => {
  const reply = await request.get('/api/v1/logs/search', { params: { index: INDEX, size: '1' } });
  const { total } = (await reply.json()) as { total: { value: number } };
  test.skip(
    total.value < WANTED_DOCUMENTS,
    `${INDEX || 'all indices'} hold ${total.value} documents; import ${WANTED_DOCUMENTS} first`,
  );

  await page.goto(`/discover?index=${INDEX}&from=*&to=*`);
  await page.waitForFunction(
    (selectors) =>
      selectors.every((selector) => document.querySelector(selector)?.getAttribute('data-state') === 'ready'),
    frames,
  );
  const load = await page.evaluate(() => performance.now());

  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await refreshOnce(page));
  const sorted = rounds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
  const shown = rounds.map((ms) => ms.toFixed(0)).join(', ');
  console.log(
    `${total.value} events: page load ${load.toFixed(0)} ms; histogram and first page ${shown} ms, ` +
      `median ${median.toFixed(0)} ms (goal ${GOAL_MS} ms)`,
  );
  expect(median).toBeLessThan(BOUND_MS);
});
