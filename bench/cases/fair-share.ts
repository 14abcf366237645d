import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchCase } from '../support/bench-case.ts';
import { type BenchRedis, openBenchRedis } from '../support/bench-redis.ts';
import { type BenchWorld, writeUrls } from '../support/bench-world.ts';
import { median } from '../support/median.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';
import { startTrawl } from '../support/start-trawl.ts';

const bigUrls = 1_000_000;
const smallUrls = 50;
const hosts = 5;
const answerMs = 200;
const repeats = 3;

/** A small run must get its half of hosts that a big one has filled. */
export const fairShare: BenchCase = {
  name: 'fair-share',
  about: `${smallUrls} URLs of ${hosts} hosts that take ${answerMs} ms: alone, and beside a run of 1,000,000 on the same hosts`,
  run: async (world) => {
    await using origin = await startPretendWeb(world);
    const dir = await world.newDir('fair-share');
    const dataDir = join(dir, 'data');
    await using redis = await openBenchRedis(dataDir);
    const place = ['--data-dir', dataDir];
    await using _collector = startTrawl(['collector', ...place], world);
    await using _first = startTrawl(['worker', ...place], world);
    await using _second = startTrawl(['worker', ...place], world);
    await using _producer = startTrawl(['producer', ...place], world);
    const urlOf = (run: string) => (i: number) =>
      origin.url(`/delay/${answerMs}?${run}=${i}`).replace('127.0.0.1', `127.0.0.${1 + (i % hosts)}`);

    const small = async (name: string): Promise<number> => {
      const file = await writeUrls(await world.newDir(name), smallUrls, urlOf(name));
      const { ended } = startTrawl(['enqueue', file, '--name', name, ...place, '--json'], world);
      await ended;
      return untilFinished(name, redis, world);
    };
    await small('warm-up');
    const alone = await inTurn(repeats, (i) => small(`alone-${i}`));
    const bigFile = await writeUrls(await world.newDir('big'), bigUrls, urlOf('big'));
    await startTrawl(['enqueue', bigFile, '--name', 'big', ...place, '--json'], world).ended;
    const beside = await inTurn(repeats, (i) => small(`beside-${i}`));

    const [aloneMs, besideMs] = [median(alone), median(beside)];
    return {
      kind: 'measured',
      figures: [
        {
          what: 'small run beside a big one',
          value: besideMs,
          unit: 'ms',
          reference: { name: 'alone', value: aloneMs },
          ratio: besideMs / aloneMs,
          target: { of: 'ratio', atMost: 3 },
        },
      ],
      notes: [],
      detail: { alone, beside },
    };
  },
};

/** Ms from the run's first push to its last outcome. */
async function untilFinished(name: string, redis: BenchRedis, { stop }: BenchWorld): Promise<number> {
  for (;;) {
    stop.throwIfAborted();
    const { run, state, firstPushAtMs, lastOutcomeAtMs, classes } = await redis.lastRun();
    if (run.startsWith(`${name}-`) && state === 'finished') {
      if (classes['ok'] !== smallUrls) throw new Error(`${run} ended as ${JSON.stringify(classes)}`);
      return (lastOutcomeAtMs ?? 0) - (firstPushAtMs ?? 0);
    }
    await delay(50);
  }
}

async function inTurn<T>(times: number, act: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await act(i));
  return results;
}
