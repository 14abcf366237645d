import type { BenchCase } from '../support/bench-case.ts';
import { writeUrls } from '../support/bench-world.ts';
import { measureCrawl } from '../support/measure-crawl.ts';
import { median } from '../support/median.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';

const urls = 100;
const answerMs = 1000;
const repeats = 3;

/** How much of the wall is waiting for the host: a slot that becomes free must be filled at once. */
const latencyCase = ({ perHost, atMost }: { perHost: number; atMost: number }): BenchCase => ({
  name: `latency-${perHost}`,
  about: `${urls} URLs of one host that takes 1 s, ${perHost} at once: first push to last outcome, median of ${repeats}`,
  run: async (world) => {
    await using origin = await startPretendWeb(world);
    const dir = await world.newDir('latency');
    const urlFile = await writeUrls(dir, urls, (i) => origin.url(`/delay/${answerMs}?id=${i}`));
    const flags = ['--workers', '2', '--per-host', String(perHost)];
    const walls: number[] = [];
    for (let i = 0; i < repeats; i += 1) {
      const { crawlMs } = await measureCrawl({ urlFile, urls, flags, originPid: origin.pid }, world);
      world.say(`${crawlMs.toFixed(0)} ms`);
      walls.push(crawlMs);
    }
    const value = median(walls);
    const ideal = (urls / perHost) * answerMs;
    return {
      kind: 'measured',
      figures: [
        {
          what: 'wall',
          value,
          unit: 'ms',
          reference: { name: 'ideal', value: ideal },
          ratio: value / ideal,
          target: { of: 'ratio', atMost },
        },
      ],
      notes: [],
      detail: { wallsMs: walls, flags },
    };
  },
});

export const latency50 = latencyCase({ perHost: 50, atMost: 1.1 });
export const latency100 = latencyCase({ perHost: 100, atMost: 1.15 });
