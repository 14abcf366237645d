import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operator, viewer } from '../support/board-process.ts';
import { chromiumPath, type Look } from '../support/browser.ts';
import { type BrowserWorld, runOn, startBrowserWorld } from '../support/browser-world.ts';
import { until } from '../support/until.ts';

const chromium = chromiumPath();
/** What the console says of an answer that a test asks for. */
const refusals = /status of (401|403|404|503)|ERR_/;

describe.skipIf(chromium === undefined)('the first page in a browser (skipped where there is no Chromium)', () => {
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await startBrowserWorld(chromium ?? '');
  });
  afterAll(() => world.stop());

  test('is for those who have a name and password', async () => {
    const guesser = { username: operator.username, password: 'guessed' };
    const stranger = async ({ page }: { page: { goto: (url: string) => Promise<{ status(): number } | null> } }) =>
      expect((await page.goto(world.url))?.status()).toBe(401);
    await world.visit(guesser, stranger, { mayComplain: refusals });
    await world.visit(operator, async ({ page }) => {
      expect((await page.goto(world.url))?.status()).toBe(200);
      await page.getByText(operator.username).waitFor();
    });
  });

  test('shows a run finish, without being loaded again', async () => {
    await world.visit(viewer, async ({ page }) => {
      await page.goto(world.url);
      await page.evaluate('window.loadedOnce = true');
      await world.crawl('to-its-end', { lines: 30, delayMs: 300 });
      const run = runOn(page, 'to-its-end');
      await run.getByText('draining', { exact: true }).waitFor();
      await run.getByText('finished', { exact: true }).waitFor();
      await run.getByText('30 ok', { exact: true }).waitFor();
      expect(await page.evaluate('window.loadedOnce')).toBe(true);
    });
  });

  test('lets an operator pause a run, resume it, and cancel it after a second question', async () => {
    await world.crawl('to-be-cancelled', { lines: 500, delayMs: 500 });
    await world.visit(operator, async ({ page }) => {
      await page.goto(world.url);
      const run = runOn(page, 'to-be-cancelled');
      await run.getByRole('button', { name: 'Pause' }).click();
      await run.locator('.standing.paused').waitFor();
      await run.getByRole('button', { name: 'Resume' }).click();
      await run.locator('.standing.draining').waitFor();
      await world.fleet.recorded('to-be-cancelled', 12);
      await run.getByText('Cancel…').click();
      await world.picture(page, 'fleet-confirm');
      await run.getByRole('button', { name: 'Cancel this run' }).click();
      await run.locator('.standing.cancelled').waitFor();
      await run.getByRole('button').first().waitFor({ state: 'detached' });
      const { classes, state } = await world.fleet.status('to-be-cancelled');
      expect(state).toBe('finished');
      expect((classes.ok ?? 0) + (classes.cancelled ?? 0)).toBe(500);
    });
  });

  test('shows a viewer no button, and refuses what a viewer sends all the same', async () => {
    await world.crawl('not-for-viewers', { lines: 5000, delayMs: 500 });
    await world.visit(
      viewer,
      async ({ page }) => {
        const statusOf = (request: string) => page.evaluate(`${request}.then((response) => response.status)`);
        await page.goto(world.url);
        await runOn(page, 'not-for-viewers').getByText('draining', { exact: true }).waitFor();
        expect(await page.locator('main button, main form, main details').count()).toBe(0);
        expect(await statusOf("fetch('/api/runs/not-for-viewers/cancel', { method: 'POST' })")).toBe(403);
        expect(await statusOf("fetch('/queues/api/queues/fetch/pause', { method: 'PUT' })")).toBe(403);
        expect(await world.fleet.status('not-for-viewers')).toMatchObject({ paused: false, state: 'draining' });
      },
      { mayComplain: refusals },
    );
  });

  test('does not do what a page of somebody else makes the browser of an operator send', async () => {
    const target = `${world.url}/api/runs/not-for-viewers/cancel`;
    await world.visit(
      operator,
      async ({ page }) => {
        await page.goto(world.url); // the browser has the login from now on
        await page.goto(world.web.url('/page'));
        await page.setContent(`<form method="post" action="${target}"><button>You have won</button></form>`);
        const answered = page.waitForResponse((response) => response.url() === target);
        await page.getByRole('button').click();
        expect((await answered).status()).toBe(403);
        expect((await world.fleet.status('not-for-viewers')).cancelledAtMs).toBeUndefined();
      },
      { mayComplain: refusals },
    );
  });

  const looks: Look[] = [
    { width: 390, scheme: 'light' },
    { width: 390, scheme: 'dark' },
    { width: 1440, scheme: 'light' },
    { width: 1440, scheme: 'dark' },
  ];
  test.each(looks)('fits a screen of $width pixels, $scheme', async (look) => {
    const act = async ({ page }: Parameters<Parameters<BrowserWorld['visit']>[1]>[0]) => {
      await page.goto(world.url);
      await page.getByText('live', { exact: true }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
      await world.picture(page, `fleet-${look.width}-${look.scheme}`);
    };
    await world.visit(operator, act, { look });
  });

  test('says that Redis is away, and goes on when it is back', async () => {
    await world.visit(
      viewer,
      async ({ page }) => {
        await page.goto(world.url);
        await page.getByText('live', { exact: true }).waitFor();
        await world.fleet.redis.kill();
        await page.getByText('Redis does not answer.').waitFor();
        await world.picture(page, 'fleet-away');
        expect((await page.reload())?.status()).toBe(503);
        await world.fleet.redis.restart();
        await page.getByText('Redis does not answer.').waitFor({ state: 'detached' });
        await until(async () => (await page.reload())?.status() === 200);
      },
      { mayComplain: refusals },
    );
  });
});
