import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import type { BenchCase } from '../support/bench-case.ts';
import { openBenchRedis } from '../support/bench-redis.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import { type HostileOrigin, startHostileOrigin } from '../support/hostile-origin.ts';
import { median } from '../support/median.ts';
import { startTrawl } from '../support/start-trawl.ts';

const goodHosts = 20;
const goodUrls = 200;
const badHosts = 20;
const urlsOfBadHost = 4;
const answerMs = 200;
const rounds = 3;
const flags = ['--workers', '2', '--per-host', '2', '--timeout', '5s', '--attempts', '1'];

/** Ms, 99th of a hundred: of the fetch alone, and from the first push of the run to the outcome. */
type Latency = { fetchMs: number; doneMs: number };

/** What bad hosts cost those who only share a worker with them. */
export const hostileNeighbours: BenchCase = {
  name: 'hostile-neighbours',
  about: `${goodUrls} URLs of ${goodHosts} hosts that take ${answerMs} ms: alone, and beside ${badHosts} hosts that are silent, drip or bomb`,
  run: async (world) => {
    const kinds = ['--good', String(goodHosts), '--good-ms', String(answerMs), '--bad', String(badHosts)];
    await using origin = await startHostileOrigin(kinds, world.stop);
    const good = listOf(origin.urls.good, goodUrls / goodHosts);
    const bad = listOf(origin.urls.bad, urlsOfBadHost);
    const alone: Latency[] = [];
    const beside: Latency[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      alone.push(await crawl(good, { origin, world }));
      beside.push(await crawl(mixed(good, bad), { origin, world }));
      world.say(`round ${round}: ${JSON.stringify({ alone: alone.at(-1), beside: beside.at(-1) })}`);
    }
    const figure = (what: string, of: (latency: Latency) => number) => {
      const [value, reference] = [median(beside.map(of)), median(alone.map(of))];
      const target = { of: 'ratio', atMost: 1.5 } as const;
      return {
        what,
        value,
        unit: 'ms',
        reference: { name: 'alone', value: reference },
        ratio: value / reference,
        target,
      } as const;
    };
    return {
      kind: 'measured',
      figures: [
        figure('good fetch, p99', ({ fetchMs }) => fetchMs),
        figure('good URL done, p99', ({ doneMs }) => doneMs),
      ],
      notes: ['done: from the first push of the run to the outcome. Medians of three rounds.'],
      detail: { alone, beside, flags },
    };
  },
};

const listOf = (urls: string[], times: number): string[] =>
  Array.from({ length: times }, (_, i) => urls.map((url) => `${url}?${i}`)).flat();

/** The bad ones among the good. */
const mixed = (good: string[], bad: string[]): string[] => {
  const every = Math.ceil(good.length / bad.length);
  return good.flatMap((url, i) => (i % every === 0 ? [url, bad[i / every] ?? ''] : [url])).filter((url) => url !== '');
};

async function crawl(
  urls: string[],
  { origin, world }: { origin: HostileOrigin; world: BenchWorld },
): Promise<Latency> {
  const dir = await world.newDir('neighbours');
  const [file, out, dataDir] = [join(dir, 'urls.txt'), join(dir, 'out.jsonl'), join(dir, 'data')];
  await writeFile(file, `${urls.join('\n')}\n`);
  await using redis = await openBenchRedis(dataDir);
  const args = ['run', file, '--out', out, '--data-dir', dataDir, '--resolver', origin.dns, '--json', ...flags];
  await startTrawl(args, world).ended;
  const { firstPushAtMs = 0, recorded } = await redis.lastRun();
  if (recorded !== urls.length) throw new Error(`${recorded} of ${urls.length} lines have an outcome`);
  const records = (await readFile(out, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OutcomeRecord);
  const good = records.filter((record) => record.class === 'ok');
  if (good.length !== goodUrls) throw new Error(`${good.length} of ${goodUrls} good URLs are ok`);
  return {
    fetchMs: p99(good.map(({ timings }) => timings?.totalMs ?? 0)),
    doneMs: p99(good.map(({ at }) => Date.parse(at) - firstPushAtMs)),
  };
}

function p99(figures: number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.ceil(figures.length * 0.99) - 1] ?? 0;
}
