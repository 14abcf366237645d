import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitOf, frontierWorld, nextRelease, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

const lines = 40;
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('release' as const), most: fc.integer({ min: 1, max: 8 }) }),
    fc.record({
      do: fc.constantFrom('acquire', 'commit', 'put-back', 'yield'),
      pick: fc.nat(),
      pauseMs: fc.constantFrom(-1, 0, 3),
    }),
  ),
  { minLength: 10, maxLength: 60 },
);

/** What must hold at any instant, whatever was done to the frontier. */
const checkBooks = async (): Promise<void> => {
  const released = await world.redis.hlen(world.keys.released);
  const bits = await world.redis.bitcount(world.keys.done('a'));
  const waiting = await world.linesOf('a');
  expect(bits + waiting + released).toBe(lines);
  expect(Number((await world.redis.hget(world.keys.waiting, 'a')) ?? 0)).toBe(waiting);
  expect(Number(await world.redis.hget(world.keys.backlog, 'lines'))).toBe(waiting);
};

test('no interleaving grants two turns of a host inside its gap, or more than its limit at once, or loses a line', async () => {
  const hosts = ['h', 'g'];
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 4),
      async (script, perHost, perHostGapMs) => {
        await world.redis.flushall();
        await world.startRun('a', { perHost, perHostGapMs });
        await world.pushAll(
          'a',
          Array.from({ length: lines }, (_, i) => ({ host: hosts[i % 2] ?? 'h' })),
        );
        const held: ReleasedUrl[] = [];
        const starts = new Map<string, number[]>();
        for (const step of script) {
          const url = 'pick' in step ? held[step.pick % held.length] : undefined;
          if (step.do === 'release') held.push(...(await world.release({ most: step.most })).urls);
          else if (url) await act(step.do, url, step.pauseMs, held, starts);
          await checkBooks();
          for (const host of hosts)
            expect(await world.redis.zcard(world.keys.leases(host))).toBeLessThanOrEqual(perHost);
        }
        for (const times of starts.values()) {
          const sorted = times.toSorted((a, b) => a - b);
          sorted.slice(1).forEach((at, i) => expect(at - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(perHostGapMs));
        }
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);

async function act(
  what: 'acquire' | 'commit' | 'put-back' | 'yield',
  url: ReleasedUrl,
  pauseMs: number,
  held: ReleasedUrl[],
  starts: Map<string, number[]>,
): Promise<void> {
  const turn = turnOfReleased(url);
  const ending = pauseMs < 0 ? {} : { pauseMs };
  switch (what) {
    case 'acquire': {
      const granted = await world.frontier.acquire(turn, { leaseMs: 60_000, longestWaitMs: 1000 });
      const lastMs = Number(await world.redis.hget(`{t0}:h:${url.host}`, 'last'));
      if (granted.kind === 'go' && lastMs > 0) starts.set(url.host, [...(starts.get(url.host) ?? []), lastMs]);
      return;
    }
    case 'yield':
      return void (await world.frontier.yield(turn, ending));
    case 'put-back':
      held.splice(held.indexOf(url), 1);
      return void (await world.frontier.yield(turn, { ...ending, putBack: nextRelease(url.record) }));
    case 'commit':
      held.splice(held.indexOf(url), 1);
      return void (await world.frontier.commit([commitOf(url)]));
  }
}

const haltSteps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('release' as const), most: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ do: fc.constantFrom('commit' as const, 'put-back' as const), pick: fc.nat() }),
    fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'cancel' as const, 'finish' as const) }),
  ),
  { minLength: 10, maxLength: 60 },
);

test('no interleaving of pause, resume and cancel releases a halted URL, loses a line, or leaves a run that cannot end', async () => {
  const control = createRunControl(world.redis, firstShard);
  const never = new AbortController().signal;
  const options = { redis: world.redis, shard: firstShard, sinkLagBytes: 1e9, nowIso: () => '', pause: async () => {} };
  await fc.assert(
    fc.asyncProperty(haltSteps, fc.constantFrom(0, 2), async (script, perHostGapMs) => {
      await world.redis.flushall();
      await world.startRun('a', { perHost: 3, perHostGapMs });
      const hosts = ['h', 'g'];
      await world.pushAll(
        'a',
        Array.from({ length: lines }, (_, i) => ({ host: hosts[i % 2] ?? 'h' })),
      );
      const held: ReleasedUrl[] = [];
      const take = (pick: number) => held.splice(pick % held.length, 1)[0];
      for (const step of script) {
        const before = await world.runs.status('a');
        switch (step.do) {
          case 'release': {
            const { urls } = await world.release({ most: step.most });
            const isHalted = before?.paused === true || before?.cancelledAtMs !== undefined;
            if (isHalted && urls.length > 0) throw new Error(`${urls.length} URLs of a halted run were released`);
            held.push(...urls);
            await takeIntoHand(urls.filter((_, i) => i % 2 === 0));
            break;
          }
          case 'commit':
          case 'put-back': {
            const url = take(step.pick);
            if (url) await act(step.do, url, -1, [url], new Map());
            break;
          }
          case 'finish':
            await finishCancelledRun('a', options, never);
            break;
          case 'pause':
          case 'resume':
          case 'cancel':
            await control[step.do]('a');
        }
        await checkBooks();
      }
      await world.redis.unlink('nothing', ...(await world.redis.keys('*:lock')));
      await control.resume('a');
      await control.cancel('a');
      await finishCancelledRun('a', options, never);
      await checkBooks();
      expect(await world.runs.status('a')).toMatchObject({
        state: 'finished',
        recorded: lines,
        waiting: 0,
        released: 0,
      });
      expect(await world.redis.keys('{t0}:[qrl]:*')).toEqual([]);
      expect(await world.redis.zcard(world.keys.ready)).toBe(0);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test('a paused run goes on where it was, whatever happened to its hosts meanwhile', async () => {
  const control = createRunControl(world.redis, firstShard);
  await world.redis.flushall();
  await world.startRun('a', { perHost: 2 });
  await world.startRun('b', { perHost: 2 });
  await world.pushAll(
    'a',
    Array.from({ length: 4 }, () => ({ host: 'h' })),
  );
  await world.pushAll('b', [{ host: 'h' }, ...Array.from({ length: 9 }, () => ({ host: 'g' }))]);
  await control.pause('a');
  const ofB = await drain();
  expect(ofB.every(({ run }) => run === 'b')).toBe(true);
  expect(ofB).toHaveLength(10);
  expect(Number(await world.redis.zscore(world.keys.ready, 'h'))).toBeGreaterThan(1e15);
  await control.resume('a');
  expect(await drain()).toHaveLength(4);
});

/** As BullMQ marks a job that a worker has: such lines are the worker's to end. */
async function takeIntoHand(urls: ReleasedUrl[]): Promise<void> {
  for (const url of urls) await world.redis.set(`${world.keys.job('fetch', turnOfReleased(url).id)}:lock`, 'token');
}

/** Releases and commits until nothing more comes. */
async function drain(): Promise<ReleasedUrl[]> {
  const all: ReleasedUrl[] = [];
  for (;;) {
    const { urls } = await world.release();
    if (urls.length === 0) return all;
    all.push(...urls);
    await world.frontier.commit(urls.map((url) => commitOf(url)));
  }
}
