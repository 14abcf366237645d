import type { BenchCase, CaseResult } from '../support/bench-case.ts';
import { type BenchWorld, writeUrls } from '../support/bench-world.ts';
import type { Figure } from '../support/figure.ts';
import { type CrawlFigures, type CrawlPlan, measureCrawl } from '../support/measure-crawl.ts';
import { median } from '../support/median.ts';
import { memoryFigures } from '../support/memory-figures.ts';
import { findNginx, startNginx } from '../support/nginx-origin.ts';
import type { ProcessKind } from '../support/process-kinds.ts';
import { cpuMsBetween } from '../support/process-watch.ts';
import { profileCrawl } from '../support/profile-crawl.ts';
import { findAiohttp, installAiohttp, type PeerFigures, runAiohttpLoop, runUndiciLoop } from '../support/run-peer.ts';

const urls = 50_000;
const rounds = 3;
const peerConcurrency = 100;
const flags = ['--workers', '2', '--concurrency', '128', '--per-host', '1000'];
const kinds: ProcessKind[] = ['cli', 'producer', 'worker', 'collector', 'redis', 'origin'];

/**
 * How much a URL costs when the host costs nothing. A crawl is measured until its file holds every record; the peers
 * are measured inside, without their start-up.
 */
export const raw: BenchCase = {
  name: 'raw',
  about: `50,000 URLs of 1 KB from nginx, no throttle, two workers, JSONL: against bare loops, medians of ${rounds}`,
  run: async (world) => {
    const nginx = await findNginx();
    if (nginx === undefined) return { kind: 'skipped', reason: 'no nginx: install it with `apt install nginx-light`' };
    const dir = await world.newDir('raw');
    await using origin = await startNginx(nginx.path, { dir, stop: world.stop });
    const urlFile = await writeUrls(dir, urls, (i) => origin.url(`/json/${String(i).padStart(5, '0')}`));
    const plan = { urlFile, urls, flags, originPid: origin.pid };
    const aiohttp = await findAiohttp();
    const measured = await measureRounds(plan, { world, python: aiohttp?.python });
    const profiles = world.profile ? await profileCrawl(plan, world) : [];
    const versions = { nginx: nginx.version, aiohttp: aiohttp?.version, redis: measured.trawl[0]?.redisVersion };
    return resultOf(measured, { versions, profiles, skippedPeer: aiohttp === undefined });
  },
};

type Measured = { trawl: CrawlFigures[]; undici: PeerFigures[]; aiohttp: PeerFigures[] };

/** In turns, so that a machine that becomes slower meets all of them. */
async function measureRounds(
  plan: CrawlPlan,
  { world, python }: { world: BenchWorld; python: string | undefined },
): Promise<Measured> {
  const measured: Measured = { trawl: [], undici: [], aiohttp: [] };
  const job = { urlFile: plan.urlFile, urls, concurrency: peerConcurrency, stop: world.stop };
  for (let round = 1; round <= rounds; round += 1) {
    measured.undici.push(await runUndiciLoop(job));
    if (python !== undefined) measured.aiohttp.push(await runAiohttpLoop(python, job));
    measured.trawl.push(await measureCrawl(plan, world));
    const walls = [measured.trawl.at(-1)?.collectedMs, measured.undici.at(-1)?.wallMs, measured.aiohttp.at(-1)?.wallMs];
    world.say(`round ${round}: trawl, undici, aiohttp took ${walls.map((ms) => ms?.toFixed(0) ?? '-').join(', ')} ms`);
  }
  return measured;
}

function resultOf(
  { trawl, undici, aiohttp }: Measured,
  more: { versions: Record<string, string | undefined>; profiles: string[]; skippedPeer: boolean },
): CaseResult {
  const wallMs = median(trawl.map(({ collectedMs }) => collectedMs));
  const middle = trawl.toSorted((a, b) => a.collectedMs - b.collectedMs)[Math.floor(trawl.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return {
    kind: 'measured',
    figures: [
      ...(aiohttp.length > 0 ? [speedAgainst('aiohttp', wallMs, aiohttp, 0.7)] : []),
      speedAgainst('undici loop', wallMs, undici),
      { what: 'URLs', value: (urls / wallMs) * 1000, unit: 'a second' },
      ...cpuFigures(middle),
      ...memoryFigures(middle.processes),
    ],
    notes: [
      'ratio is speed: reference wall / trawl wall. CPU and memory are those of the median run.',
      ...(more.skippedPeer
        ? [`aiohttp skipped: no Python here can import it; ${installAiohttp}, or name a Python in BENCH_PYTHON`]
        : []),
    ],
    appendix: more.profiles,
    detail: { versions: more.versions, flags, trawl: trawl.map(withoutReadings), undici, aiohttp },
  };
}

function speedAgainst(name: string, wallMs: number, peers: PeerFigures[], atLeast?: number): Figure {
  const reference = { name, value: median(peers.map((peer) => peer.wallMs)) };
  const target = atLeast === undefined ? {} : { target: { of: 'ratio' as const, atLeast } };
  return { what: 'wall', value: wallMs, unit: 'ms', reference, ratio: reference.value / wallMs, ...target };
}

function cpuFigures({ processes, span }: CrawlFigures): Figure[] {
  return kinds.map((kind) => ({
    what: `CPU ${kind}`,
    value: (cpuMsBetween(processes, kind, span) * 1000) / urls,
    unit: 'us a URL',
  }));
}

/** The CPU readings of 100 ms are of no use to a reader. */
function withoutReadings(figures: CrawlFigures): unknown {
  return {
    ...figures,
    processes: figures.processes.map(({ cpu, ...rest }) => ({ ...rest, cpuMs: cpu.at(-1)?.cpuMs })),
  };
}
