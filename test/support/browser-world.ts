import { join } from 'node:path';
import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { Queue } from 'bullmq';
import type { Locator, Page } from 'playwright-core';
import { startBoardForTests } from './board-world.ts';
import { type Look, screenshotDirectory, startBrowser, type Visitor, visitorOf } from './browser.ts';
import { commitOf, frontierWorld } from './frontier-world.ts';
import { addToQueue } from './queue-jobs.ts';
import { startTestRedis } from './redis-for-tests.ts';

export type Login = { username: string; password: string };

const perHost = 6;

/** A board in the process of the test, and a browser. What the processes of a fleet would do to its runs, the test does. */
export const startBrowserWorld = async (chromium: string) => {
  const [server, browser] = await Promise.all([startTestRedis(), startBrowser(chromium)]);
  const redis = await server.connect();
  const board = await startBoardForTests(redis, { now: () => performance.now() });
  const queue = new Queue(fetchQueueName, { connection: redis, prefix: firstShard.bullPrefix, skipMetasUpdate: true });
  queue.on('error', () => undefined); // Redis may be away
  const { startRun, pushAll, release, frontier, runs, keys } = frontierWorld(redis);

  return {
    server,
    redis,
    runs,
    url: board.url,
    /** Begins a run of so many lines of one host. */
    begin: async (run: string, lines: number): Promise<void> => {
      await startRun(run, { perHost });
      await pushAll(
        run,
        Array.from({ length: lines }, () => ({ host: '127.0.0.1:8080' })),
      );
    },
    /** As many of them as the host may be asked at once stand in the queue. */
    releaseToQueue: async (): Promise<void> => addToQueue(queue, await release()),
    /** All lines that are left end well. */
    fetchAll: async (): Promise<void> => {
      for (let { urls } = await release(); urls.length > 0; { urls } = await release())
        await frontier.commit(urls.map((url) => commitOf(url)));
    },
    /** What a collector does in the end. */
    collect: async (run: string): Promise<void> => void (await redis.hset(keys.run(run), 'collectedAtMs', 1)),
    /** What a producer does to a cancelled run. */
    endCancelled: async (run: string): Promise<void> => {
      const options = { redis, shard: firstShard, sinkLagBytes: 1e9, nowIso: () => '', pause: async () => undefined };
      await finishCancelledRun(run, options, new AbortController().signal);
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
    /** For a person to look at, where somebody has asked for pictures. */
    picture: async (page: Page, name: string): Promise<void> => {
      if (screenshotDirectory === undefined) return;
      await page.screenshot({ path: join(screenshotDirectory, `${name}.png`), fullPage: true });
    },
    stop: async (): Promise<void> => {
      await browser.close();
      await queue.close();
      await board.stop();
      await server.stop();
    },
  };
};

export type BrowserWorld = Awaited<ReturnType<typeof startBrowserWorld>>;

/** The part of the first page that is about a run. */
export const runOn = (page: Page, run: string): Locator =>
  page.getByRole('article', { name: `run ${run}`, exact: true });
