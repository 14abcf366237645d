import type { Released, ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import { expect, test } from 'vitest';
import { releaseLoop } from '../../apps/producer/src/release/release-loop.ts';
import { windowFor } from '../../apps/producer/src/release/window.ts';

const url: ReleasedUrl = { host: 'h', run: 'a', turnHeld: true, record: '0 0 1 0 0 http://h/' };
const nothing: Released = { nowMs: 0, waitMs: undefined, linesLeft: 0, urls: [] };

test('it adds what is released, goes on while there is something, and sleeps until the next host is due', async () => {
  const answers: Released[] = [
    { ...nothing, urls: [url] },
    { ...nothing, urls: [url, url] },
    { ...nothing, waitMs: 40 },
  ];
  const added: number[] = [];
  const slept: number[] = [];
  const stop = new AbortController();
  await releaseLoop(
    {
      frontier: { release: async () => answers.shift() ?? nothing },
      queue: { add: async (urls) => void added.push(urls.length) },
      waitForWake: async (atMostMs) => {
        slept.push(atMostMs);
        if (slept.length === 2) stop.abort();
      },
      leaseMs: 1,
      sinkLagBytes: 1,
      window: () => 100,
      ownForMs: 1,
      monotonicMs: () => 0,
    },
    stop.signal,
  );
  expect(added).toEqual([1, 2]);
  expect(slept).toEqual([40, 5000]);
});

test('what it hands out late relies on no turn: the sweeper may have added it meanwhile, and it may have ended', async () => {
  const turns: boolean[] = [];
  const stop = new AbortController();
  let now = 0;
  const answersAfterMs = [500, 501];
  await releaseLoop(
    {
      frontier: {
        release: async () => {
          now += answersAfterMs.shift() ?? 0;
          return { ...nothing, urls: [url] };
        },
      },
      queue: {
        add: async (urls) => {
          turns.push(...urls.map(({ turnHeld }) => turnHeld));
          if (answersAfterMs.length === 0) stop.abort();
        },
      },
      waitForWake: async () => undefined,
      leaseMs: 1,
      sinkLagBytes: 1,
      window: () => 100,
      ownForMs: 500,
      monotonicMs: () => now,
    },
    stop.signal,
  );
  expect(turns).toEqual([true, false]);
});

test('the window follows the fleet within bounds', () => {
  expect([0, 256, 5000].map(windowFor)).toEqual([250, 512, 2000]);
});
