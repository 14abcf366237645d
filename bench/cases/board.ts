import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import type { BenchCase } from '../support/bench-case.ts';
import { type BenchRedis, openBenchRedis } from '../support/bench-redis.ts';
import { writeUrls } from '../support/bench-world.ts';
import { startTrawl } from '../support/start-trawl.ts';

const urls = 1_000_000;
const hosts = 10_000;
const looks = 20;
/** A look is shared by all who ask within a second: the next one is a new one. */
const betweenLooksMs = 1050;

/** What the board costs while a large crawl waits: its first page is made of counters, so that a million URLs are no more than ten. */
export const board: BenchCase = {
  name: 'board',
  about: "1,000,000 URLs of 10,000 hosts in the frontier: the board's first page, from request to last byte",
  run: async (world) => {
    const dir = await world.newDir('board');
    const dataDir = join(dir, 'data');
    const urlFile = await writeUrls(dir, urls, (i) => `https://shop-${i % hosts}.example/products/${i}`);
    await using redis = await openBenchRedis(dataDir);
    await using enqueue = startTrawl(
      ['enqueue', urlFile, '--data-dir', dataDir, '--quiet', '--backlog', '1GiB'],
      world,
    );
    await enqueue.ended;
    const address = `127.0.0.1:${await freePort()}`;
    await using _board = startTrawl(['board', '--data-dir', dataDir, '--listen', address], world);
    const ask = () => fetch(`http://${address}/`).then((answer) => answer.text());
    const shown = await untilAnswered(ask);
    if (!shown.includes('1,000,000')) throw new Error('the page does not show a million lines');

    const measured: { ms: number; commands: number }[] = [];
    for (let i = 0; i < looks; i++) {
      await delay(betweenLooksMs, undefined, { signal: world.stop });
      const before = await commandsOfLooks(redis);
      const begun = performance.now();
      await ask();
      measured.push({ ms: performance.now() - begun, commands: (await commandsOfLooks(redis)) - before });
    }
    const times = measured.map(({ ms }) => ms).sort((a, b) => a - b);
    const commands = [...new Set(measured.map((one) => one.commands))].sort((a, b) => a - b);
    return {
      kind: 'measured',
      figures: [
        { what: 'first page, median', value: times[looks / 2] ?? 0, unit: 'ms', target: { of: 'value', atMost: 50 } },
        { what: 'first page, slowest', value: times.at(-1) ?? 0, unit: 'ms' },
      ],
      notes: [`Redis commands a page: ${commands.join(' or ')}`],
      detail: { measured },
    };
  },
};

/** Without those that every process sends now and then: signs of life, the clock, health. */
async function commandsOfLooks(redis: BenchRedis): Promise<number> {
  const others = /^(?:info|hset|hdel|time|ping|hello|client|config)/;
  const times = await redis.commandTimes();
  return times.reduce((sum, { command, calls }) => sum + (others.test(command) ? 0 : calls), 0);
}

async function untilAnswered(ask: () => Promise<string>): Promise<string> {
  for (;;) {
    const page = await ask().catch(() => undefined);
    if (page !== undefined) return page;
    await delay(50);
  }
}
