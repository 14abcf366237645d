import { silentLogger } from '@trawl/shared/platform/logger.ts';
import { expect, test } from 'vitest';
import { followFeeds } from '../../apps/producer/src/follow-feeds.ts';
import { until } from '../support/until.ts';

/** Runs that are left to the fleet; the test says when one is fed, and when there is news. */
const world = (names: string[]) => {
  const left = new Set(names);
  const feeding = new Map<string, PromiseWithResolvers<void>>();
  const begun: string[] = [];
  const stop = new AbortController();
  let news = Promise.withResolvers<void>();
  const ended = followFeeds(
    {
      names: () => Promise.resolve([...left]),
      waitForNews: async () => {
        await news.promise;
        news = Promise.withResolvers();
      },
      feed: (run) => {
        begun.push(run);
        const done = Promise.withResolvers<void>();
        feeding.set(run, done);
        return done.promise;
      },
      log: silentLogger,
    },
    stop.signal,
  );
  return {
    begun,
    tell: () => news.resolve(),
    add: (run: string) => left.add(run),
    fed: (run: string) => {
      left.delete(run);
      feeding.get(run)?.resolve();
    },
    fails: (run: string) => feeding.get(run)?.reject(new Error('Redis is gone')),
    stop: async () => {
      stop.abort();
      for (const { resolve } of feeding.values()) resolve();
      news.resolve();
      await ended;
    },
  };
};

const runs = Array.from({ length: 10 }, (_, i) => `run-${i}`);

test('eight runs are fed at the same time, the next one as soon as one of them is fed', async () => {
  const { begun, fed, stop } = world(runs);
  await until(() => begun.length === 8);
  fed('run-3');
  await until(() => begun.length === 9);
  expect(begun.at(-1)).toBe('run-8');
  await stop();
});

test('a run that is announced is fed at once', async () => {
  const { begun, add, tell, stop } = world([]);
  add('late');
  tell();
  await until(() => begun.length === 1);
  expect(begun).toEqual(['late']);
  await stop();
});

test('a run whose feeding broke off is begun again, a run under way is not', async () => {
  const { begun, fails, tell, stop } = world(['a', 'b']);
  await until(() => begun.length === 2);
  fails('a');
  await new Promise(setImmediate);
  tell();
  await until(() => begun.length === 3);
  expect(begun).toEqual(['a', 'b', 'a']);
  await stop();
});
