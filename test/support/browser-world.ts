import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { startBoardProcess } from './board-process.ts';
import { type Look, screenshotDirectory, startBrowser, type Visitor, visitorOf } from './browser.ts';
import { startFleetWorld } from './fleet-world.ts';
import { startPretendWeb } from './pretend-web/start-pretend-web.ts';
import { settingsWith } from './settings-for-tests.ts';

export type Login = { username: string; password: string };

/** A fleet of real processes with a board, a pretend web for it to crawl, and a browser. */
export const startBrowserWorld = async (chromium: string) => {
  const [fleet, web, browser, screenshots] = await Promise.all([
    startFleetWorld(),
    startPretendWeb(),
    startBrowser(chromium),
    screenshotDirectory(),
  ]);
  const { url } = await startBoardProcess(fleet);
  for (const app of ['worker', 'producer', 'collector'] as const) fleet.start(app);

  return {
    fleet,
    web,
    url,
    /** Begins a crawl of pages that take so long each, six at once. */
    crawl: async (run: string, { lines, delayMs }: { lines: number; delayMs: number }): Promise<void> => {
      const path = join(fleet.directory, `${run}.txt`);
      const list = Array.from({ length: lines }, (_, i) => web.url(`/ok?delay=${delayMs}&id=${run}-${i}`));
      await writeFile(path, list.join('\n'));
      await fleet.runs.create({
        run,
        createdAtMs: Date.now(),
        source: { kind: 'text', path },
        settings: settingsWith(),
        sinks: [{ kind: 'jsonl', path: fleet.outputOf(run) }],
      });
      fleet.start('producer', ['--run', run, '--ingest-only']);
    },
    /** Does something in a browser of its own; afterwards its console has complained of nothing but what is allowed. */
    visit: async (
      login: Login,
      act: (visitor: Visitor) => Promise<void>,
      { look, mayComplain = /^$/ }: { look?: Look; mayComplain?: RegExp } = {},
    ): Promise<void> => {
      const visitor = await visitorOf(browser, login, look);
      await act(visitor);
      await visitor.context.close();
      const complaints = visitor.complaints.filter((text) => !mayComplain.test(text));
      if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
    },
    picture: async (page: Page, name: string): Promise<void> =>
      void (await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })),
    stop: async (): Promise<void> => {
      await browser.close();
      await fleet.stop();
      await web.close();
    },
  };
};

export type BrowserWorld = Awaited<ReturnType<typeof startBrowserWorld>>;

/** The part of the first page that is about a run. */
export const runOn = (page: Page, run: string): Locator =>
  page.getByRole('article', { name: `run ${run}`, exact: true });
