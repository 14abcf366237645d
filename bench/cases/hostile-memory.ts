import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import type { BenchCase } from '../support/bench-case.ts';
import { type BenchRedis, openBenchRedis } from '../support/bench-redis.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import { startHostileOrigin } from '../support/hostile-origin.ts';
import { memoryFigures } from '../support/memory-figures.ts';
import { waitedShare } from '../support/proc-files.ts';
import { watchProcesses } from '../support/process-watch.ts';
import { startTrawl } from '../support/start-trawl.ts';

const bombs = 4;
/** So large that no limit ends a bomb but the time. */
const boundless = [
  '--max-body-bytes',
  '16GiB',
  '--max-wire-bytes',
  '1GiB',
  '--body-timeout',
  '40s',
  '--timeout',
  '40s',
];
/** One try, and no patience: every line of the table ends within seconds. */
const hasty = ['--headers-timeout', '2s', '--body-timeout', '2s', '--timeout', '5s', '--patience', '1ms'];
const once = ['--attempts', '1', '--retry-after-cap', '1ms'];

/** What hosts can do to the memory and the event loop of a worker. */
export const hostileMemory: BenchCase = {
  name: 'hostile-memory',
  about: `one worker, ${bombs} bombs of 10 GB in flight that no limit ends, and all of the hostile web beside them`,
  run: async (world) => {
    await using origin = await startHostileOrigin(['--table', '--bombs', String(bombs)], world.stop);
    const dir = await world.newDir('hostile-memory');
    const dataDir = join(dir, 'data');
    await using redis = await openBenchRedis(dataDir);
    const place = ['--data-dir', dataDir];
    const health = `127.0.0.1:${await freePort()}`;
    await using _collector = startTrawl(['collector', ...place], world);
    // Bombs do not end within a grace: it would only keep the bench waiting.
    const args = ['worker', ...place, '--health', health, '--resolver', origin.dns, '--grace', '1s'];
    await using worker = startTrawl(args, world);
    await using _producer = startTrawl(['producer', ...place], world);
    const watch = watchProcesses([worker.pid]);

    const enqueue = async (name: string, urls: string[], flags: string[]): Promise<void> => {
      const file = join(dir, `${name}.txt`);
      await writeFile(file, `${urls.join('\n')}\n`);
      await startTrawl(['enqueue', file, '--name', name, ...flags, ...once, ...place, '--json'], world).ended;
    };
    await enqueue('bombs', origin.urls.bombs, boundless);
    while ((await metricOf(health, 'trawl_fetches_in_flight')) < bombs) await pause(world);
    const startedAtMs = performance.now();
    await enqueue('table', origin.urls.table, [...hasty, '--bodies', 'inline']);
    const classes = await finished('table', origin.urls.table.length, { redis, world });
    const tableMs = performance.now() - startedAtMs;
    const bombsInFlight = await metricOf(health, 'trawl_fetches_in_flight');
    if (bombsInFlight < bombs) throw new Error('bombs ended before the table did: this machine is too busy to measure');
    const [p99, most] = [await metricOf(health, p99Name), await metricOf(health, p99Name.replace('p99', 'max'))];
    const inflated = await metricOf(health, 'process_cpu_seconds_total');
    const processes = watch.stop().filter(({ kind }) => kind === 'worker');
    return {
      kind: 'measured',
      figures: [
        ...memoryFigures(processes, { worker: 300e6 }),
        { what: 'event loop, p99', value: p99 * 1000, unit: 'ms', target: { of: 'value', atMost: 50 } },
        { what: 'event loop, most', value: most * 1000, unit: 'ms' },
        { what: `${origin.urls.table.length} URLs of the table`, value: tableMs, unit: 'ms' },
      ],
      notes: [
        `${bombsInFlight} of ${bombs} bombs were still being inflated at the end`,
        `the worker's event loop could not run for want of a core ${(waitedShare(processes[0]?.pid) * 100).toFixed(0)} % of the time that it had work`,
      ],
      detail: { classes, cpuSeconds: inflated },
    };
  },
};

const p99Name = 'trawl_event_loop_delay_seconds{quantile="p99"}';

const pause = async ({ stop }: BenchWorld): Promise<void> => {
  stop.throwIfAborted();
  await delay(50);
};

async function metricOf(health: string, name: string): Promise<number> {
  const page = await fetch(`http://${health}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  const line = page.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

/** Waits until every line has its outcome; the classes then. */
async function finished(
  name: string,
  lines: number,
  { redis, world }: { redis: BenchRedis; world: BenchWorld },
): Promise<RunStatus['classes']> {
  for (;;) {
    const { run, state, recorded, classes } = await redis.lastRun();
    if (run.startsWith(`${name}-`) && state === 'finished') {
      if (recorded !== lines) throw new Error(`${recorded} of ${lines} lines have an outcome`);
      return classes;
    }
    await pause(world);
  }
}
