import type { BenchCase } from '../support/bench-case.ts';
import { writeUrls } from '../support/bench-world.ts';
import { measureCrawl } from '../support/measure-crawl.ts';
import { memoryFigures } from '../support/memory-figures.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';
import { runUndiciLoop } from '../support/run-peer.ts';

const urls = 10_000;
const atOnce = 500;
const answerMs = 500;
const idealMs = (urls / atOnce) * answerMs;
/** The workers are the limit; the host's lies above it, so that the next job is in the queue when one ends. */
const flags = ['--workers', '2', '--concurrency', String(atOnce / 2), '--per-host', String(2 * atOnce)];

export const pages: BenchCase = {
  name: 'pages',
  about:
    '10,000 HTML pages of 50 KB that take 0.5 s, 500 at once by two workers: first push to last outcome, and memory',
  run: async (world) => {
    await using origin = await startPretendWeb(world);
    const dir = await world.newDir('pages');
    const urlFile = await writeUrls(dir, urls, (i) => origin.url(`/page?bytes=51200&delay=${answerMs}&id=${i}`));
    const bare = await runUndiciLoop({ urlFile, urls, concurrency: atOnce, stop: world.stop });
    const { crawlMs, collectedMs, commandMs, processes, redisPeakBytes } = await measureCrawl(
      { urlFile, urls, flags, originPid: origin.pid },
      world,
    );
    return {
      kind: 'measured',
      figures: [
        {
          what: 'wall',
          value: crawlMs,
          unit: 'ms',
          reference: { name: 'ideal', value: idealMs },
          ratio: crawlMs / idealMs,
          target: { of: 'ratio', atMost: 1.15 },
        },
        {
          what: 'wall',
          value: crawlMs,
          unit: 'ms',
          reference: { name: 'undici loop', value: bare.wallMs },
          ratio: crawlMs / bare.wallMs,
        },
        ...memoryFigures(processes, { worker: 250e6 }),
      ],
      notes: [],
      detail: { bare, crawlMs, collectedMs, commandMs, redisPeakBytes, flags },
    };
  },
};
