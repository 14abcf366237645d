import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operator, viewer } from '../support/board-users.ts';
import { chromiumPath } from '../support/browser.ts';
import { type BrowserWorld, startBrowserWorld } from '../support/browser-world.ts';
import { until } from '../support/until.ts';

const chromium = chromiumPath();
/** What a job is shown as: host, run, number and try. */
const heading = /^127\.0\.0\.1:\d+ · shown · seq \d+ · attempt 1$/;
/** The style sheet of fonts that Bull Board asks for elsewhere: the board's policy does not let it. */
const fonts = /fonts\.googleapis\.com/;
const fontsAndRefusals = /fonts\.googleapis\.com|status of 403/;

describe.skipIf(chromium === undefined)('Bull Board in a browser (skipped where there is no Chromium)', () => {
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await startBrowserWorld(chromium ?? '');
    await world.begin('shown', 40);
    await world.releaseToQueue();
  });
  afterAll(() => world.stop());

  const openQueue = (page: Page, queue: string, status = '') =>
    page.goto(`${world.url}/queues/queue/${queue}${status}`);
  const openMenu = async (page: Page): Promise<void> => {
    await page.getByRole('link', { name: 'LATEST' }).waitFor(); // the menu stands beside it; that of the header is there before
    await page.locator('button[aria-haspopup=menu]').last().click();
  };
  /** Opens the first job of the list. */
  const openFirst = async (page: Page, queue: string): Promise<void> => {
    const path = `/queue/${queue}/shown`;
    const line = page.locator(`a[href*="${path}"]`).first();
    await line.waitFor();
    await until(async () => {
      // A click on a list that is drawn anew at this moment goes nowhere.
      await line.click({ timeout: 2000 }).catch(() => undefined);
      return page
        .waitForURL((url) => url.pathname.includes(path), { timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
    });
    await page.getByText(heading).first().waitFor();
  };
  /** From the menu of the queue that is open, and yes to the question that follows. */
  const choose = async (page: Page, action: string): Promise<void> => {
    await openMenu(page);
    await page.getByRole('menuitem', { name: action, exact: true }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
  };

  test('lets an operator pause the queue, and shows whose a job is', async () => {
    await world.visit(
      operator,
      async ({ page }) => {
        await openQueue(page, 'fetch', '?status=waiting');
        await choose(page, 'Pause');
        await page.getByText('[ Paused ]').waitFor();
        await openFirst(page, 'fetch');
        expect(page.url()).toMatch(/\/queue\/fetch\/shown-\d+-\d+/);
        for (const field of ['host', 'run', 'seq', 'url', 'releasedAt'])
          await page
            .getByText(new RegExp(`^${field}:`))
            .first()
            .waitFor();
        await world.picture(page, 'queues-job');
      },
      { mayComplain: fonts },
    );
  });

  test('says why a dangerous action is not done', async () => {
    await world.visit(
      operator,
      async ({ page }) => {
        await openQueue(page, 'fetch', '?status=waiting');
        const refused = page.waitForResponse((response) => response.url().endsWith('/empty'));
        await choose(page, 'Empty');
        expect((await refused).status()).toBe(403);
        await page.getByText(/A URL without an outcome comes back/).waitFor();
        await world.picture(page, 'queues-refused');
      },
      { mayComplain: fontsAndRefusals },
    );
  });

  test('offers a viewer nothing to do', async () => {
    await world.visit(
      viewer,
      async ({ page }) => {
        await openQueue(page, 'fetch', '?status=waiting');
        await page
          .getByText(/· shown · seq/)
          .first()
          .waitFor();
        await openMenu(page);
        await world.picture(page, 'queues-viewer');
        expect(await page.getByRole('menuitem', { name: /Pause|Resume|Empty|Obliterate|Add|Set/ }).count()).toBe(0);
      },
      { mayComplain: fonts },
    );
  });

  test('shows the frontier as a queue whose lines can be opened', async () => {
    await world.visit(
      operator,
      async ({ page }) => {
        await openQueue(page, 'frontier');
        await openFirst(page, 'frontier');
        expect(page.url()).toMatch(/\/queue\/frontier\/shown~\d+~\d+~127/);
        await world.picture(page, 'queues-frontier');
      },
      { mayComplain: fonts },
    );
  });

  test.each([390, 1440] as const)('shows all queues on a screen of %i pixels', async (width) => {
    await world.visit(
      operator,
      async ({ page }) => {
        await page.goto(`${world.url}/queues`);
        await page.getByText('firings of schedules').or(page.getByText('Trawl queues')).first().waitFor();
        await page.locator('main a[href*="/queue/frontier"], a[href*="/queue/frontier"]').last().waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        await world.picture(page, `queues-${width}`);
      },
      { mayComplain: fonts, look: { width } },
    );
  });
});
