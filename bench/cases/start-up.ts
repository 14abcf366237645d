import { join } from 'node:path';
import type { BenchCase } from '../support/bench-case.ts';
import { writeUrls } from '../support/bench-world.ts';
import { median } from '../support/median.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';
import { startChild } from '../support/start-child.ts';
import { startTrawl } from '../support/start-trawl.ts';

const repeats = 5;

export const startUp: BenchCase = {
  name: 'start-up',
  about: `the wall of commands that have next to nothing to do, medians of ${repeats}`,
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
    return {
      kind: 'measured',
      figures: [
        { what: 'trawl run, 1 URL', value: median(runs), unit: 'ms' },
        { what: 'trawl --version', value: median(versions), unit: 'ms' },
      ],
      notes: ['a run starts and stops an embedded Redis, a producer, two workers and a collector'],
      detail: { runsMs: runs, versionsMs: versions, bareNodeMs: nodes },
    };
  },
};
