import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { operator, viewer } from '../support/board-users.ts';
import { chromiumPath, type Look } from '../support/browser.ts';
import { type BrowserWorld, runOn, startBrowserWorld } from '../support/browser-world.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
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
      await world.begin('to-its-end', 30);
      const run = runOn(page, 'to-its-end');
      await run.getByText('draining', { exact: true }).waitFor();
      await world.fetchAll();
      await run.getByText('writing', { exact: true }).waitFor();
      await world.collect('to-its-end');
      await run.getByText('finished', { exact: true }).waitFor();
      await run.getByText('30 ok', { exact: true }).waitFor();
      expect(await page.evaluate('window.loadedOnce')).toBe(true);
    });
  });

  test('lets an operator pause a run, resume it, and cancel it after a second question', async () => {
    await world.begin('to-be-cancelled', 50);
    await world.visit(operator, async ({ page }) => {
      await page.goto(world.url);
      const run = runOn(page, 'to-be-cancelled');
      await run.getByRole('button', { name: 'Pause' }).click();
      await run.locator('.standing.paused').waitFor();
      await run.getByRole('button', { name: 'Resume' }).click();
      await run.locator('.standing.draining').waitFor();
      await run.getByText('Cancel…').click();
      await world.picture(page, 'fleet-confirm');
      await run.getByRole('button', { name: 'Cancel this run' }).click();
      await run.locator('.standing.cancelling').waitFor();
      await run.getByRole('button').first().waitFor({ state: 'detached' });
      expect((await world.runs.status('to-be-cancelled'))?.cancelledAtMs).toBeGreaterThan(0);
      await world.endCancelled('to-be-cancelled');
      await run.locator('.standing.cancelled').waitFor();
      await run.getByText('50 cancelled', { exact: true }).waitFor();
    });
  });

  test('shows a viewer no button, and refuses what a viewer sends all the same', async () => {
    await world.begin('not-for-viewers', 50);
    await world.visit(
      viewer,
      async ({ page }) => {
        const statusOf = (request: string) => page.evaluate(`${request}.then((response) => response.status)`);
        await page.goto(world.url);
        await runOn(page, 'not-for-viewers').getByText('draining', { exact: true }).waitFor();
        expect(await page.locator('main button, main form, main details').count()).toBe(0);
        expect(await statusOf("fetch('/api/runs/not-for-viewers/cancel', { method: 'POST' })")).toBe(403);
        expect(await statusOf("fetch('/queues/api/queues/fetch/pause', { method: 'PUT' })")).toBe(403);
        expect(await world.runs.status('not-for-viewers')).toMatchObject({ paused: false, state: 'draining' });
      },
      { mayComplain: refusals },
    );
  });

  test('does not do what a page of somebody else makes the browser of an operator send', async () => {
    const web = await startPretendWeb();
    onTestFinished(() => web.close());
    const target = `${world.url}/api/runs/not-for-viewers/cancel`;
    await world.visit(
      operator,
      async ({ page }) => {
        await page.goto(world.url); // the browser has the login from now on
        await page.goto(web.url('/page'));
        await page.setContent(`<form method="post" action="${target}"><button>You have won</button></form>`);
        const answered = page.waitForResponse((response) => response.url() === target);
        await page.getByRole('button').click();
        expect((await answered).status()).toBe(403);
        expect((await world.runs.status('not-for-viewers'))?.cancelledAtMs).toBeUndefined();
      },
      { mayComplain: refusals },
    );
  });

  const looks: Look[] = [
    { width: 390, scheme: 'light' },
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
        await world.server.kill();
        await page.getByText('Redis does not answer.').waitFor();
        await world.picture(page, 'fleet-away');
        expect((await page.reload())?.status()).toBe(503);
        await world.server.restart();
        await page.getByText('Redis does not answer.').waitFor({ state: 'detached' });
        await until(async () => (await page.reload())?.status() === 200);
      },
      { mayComplain: refusals },
    );
  });
});
