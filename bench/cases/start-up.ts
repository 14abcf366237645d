import { join } from 'node:path';
import type { BenchCase } from '../support/bench-case.ts';
import { openBenchRedis } from '../support/bench-redis.ts';
import { writeUrls } from '../support/bench-world.ts';
import type { Figure } from '../support/figure.ts';
import { measureStart, type StartFigures, services } from '../support/measure-start.ts';
import { median } from '../support/median.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';
import { startChild } from '../support/start-child.ts';
import { startTrawl } from '../support/start-trawl.ts';

const repeats = 5;

export const startUp: BenchCase = {
  name: 'start-up',
  about: `commands and processes that have next to nothing to do, medians of ${repeats}`,
  run: async (world) => {
    await using origin = await startPretendWeb(world);
    const dir = await world.newDir('start-up');
    const urlFile = await writeUrls(dir, 1, () => origin.url('/ok'));
    const versions: number[] = [];
    const nodes: number[] = [];
    const runs: number[] = [];
    for (let i = 0; i < repeats; i += 1) {
      nodes.push((await startChild(process.execPath, ['--eval', '0'], world).ended).wallMs);
      versions.push((await startTrawl(['--version'], world).ended).wallMs);
      const files = ['--out', join(dir, `results-${i}.jsonl`), '--data-dir', await world.newDir('data')];
      runs.push((await startTrawl(['run', urlFile, ...files, '--workers', '2', '--json'], world).ended).wallMs);
    }
    await using redis = await openBenchRedis(join(dir, 'redis'));
    const env = {
      REDIS_URL: redis.url,
      TRAWL_DATA_DIR: dir,
      TRAWL_HEALTH: 'off',
      TRAWL_BOARD_LISTEN: '127.0.0.1:0',
      NODE_COMPILE_CACHE: join(dir, 'compiled'),
    };
    const starts: [string, StartFigures][] = [];
    for (const service of services) starts.push([service, await measureStart(service, { ...world, env, repeats })]);
    return {
      kind: 'measured',
      figures: [
        ...starts.flatMap(startFigures),
        { what: 'trawl run, 1 URL', value: median(runs), unit: 'ms' },
        { what: 'trawl --version', value: median(versions), unit: 'ms' },
      ],
      notes: [
        'a run starts and stops an embedded Redis, a producer, two workers and a collector',
        'CPU: user and system, from the start of a process to its end, with what it has compiled at hand',
      ],
      detail: { runsMs: runs, versionsMs: versions, bareNodeMs: nodes },
    };
  },
};

const startFigures = ([service, { cpuMs, readyMs, stopMs }]: [string, StartFigures]): Figure[] => [
  { what: `${service}: CPU`, value: cpuMs, unit: 'ms' },
  { what: `${service}: until it works`, value: readyMs, unit: 'ms' },
  { what: `${service}: from SIGTERM to its end`, value: stopMs, unit: 'ms' },
];
