import { join } from 'node:path';
import type { BenchCase } from '../support/bench-case.ts';
import { openBenchRedis } from '../support/bench-redis.ts';
import { writeUrls } from '../support/bench-world.ts';
import { memoryFigures } from '../support/memory-figures.ts';
import { watchProcesses } from '../support/process-watch.ts';
import { startTrawl } from '../support/start-trawl.ts';

const urls = 1_000_000;
const hosts = 50;

/** What a URL costs that only waits: nobody fetches, so the names of the hosts need not exist. */
export const enqueueMillion: BenchCase = {
  name: 'enqueue-million',
  about: '1,000,000 URLs of 50 hosts into the frontier, no worker: memory of Redis and of the producer',
  run: async (world) => {
    const dir = await world.newDir('enqueue');
    const urlFile = await writeUrls(dir, urls, urlOf);
    const dataDir = join(dir, 'data');
    await using redis = await openBenchRedis(dataDir);
    const before = await redis.memory();
    await using trawl = startTrawl(['enqueue', urlFile, '--data-dir', dataDir, '--json'], world);
    const watch = watchProcesses([trawl.pid, redis.pid]);
    const { wallMs } = await trawl.ended.finally(() => watch.stop());
    const processes = watch.stop();
    const [after, { pushed }] = [await redis.memory(), await redis.lastRun()];
    if (pushed !== urls) throw new Error(`${pushed} of ${urls} lines were pushed`);
    return {
      kind: 'measured',
      figures: [
        {
          what: 'Redis used_memory peak',
          value: after.peakBytes,
          unit: 'bytes',
          target: { of: 'value', atMost: 150e6 },
        },
        { what: 'Redis per queued URL', value: (after.usedBytes - before.usedBytes) / urls, unit: 'bytes a URL' },
        ...memoryFigures(processes, { producer: 200e6, cli: 200e6 }),
        { what: 'wall', value: wallMs, unit: 'ms' },
        { what: 'lines', value: (urls / wallMs) * 1000, unit: 'a second' },
      ],
      notes: [],
      detail: { before, after, wallMs, commandTimes: await redis.commandTimes() },
    };
  },
};

function urlOf(i: number): string {
  return `https://shop-${String(i % hosts).padStart(2, '0')}.example/products/${i}`;
}
