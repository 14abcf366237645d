import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitOf, frontierWorld, nextRelease, turnOfReleased } from '../support/frontier-world.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

let server: TestRedis;
let world: ReturnType<typeof frontierWorld>;

beforeAll(async () => {
  server = await startTestRedis();
  world = frontierWorld(await server.connect());
});
afterAll(() => server.stop());

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
  expect(bits + (await world.linesOf('a')) + released).toBe(lines);
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
    { numRuns: 150 },
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
