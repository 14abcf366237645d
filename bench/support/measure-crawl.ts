import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { type BenchRedis, type CommandTime, openBenchRedis } from './bench-redis.ts';
import type { BenchWorld } from './bench-world.ts';
import { type ProcessFigures, watchProcesses } from './process-watch.ts';
import { startTrawl } from './start-trawl.ts';

export type CrawlPlan = {
  urlFile: string;
  /** Lines of the file; every one must end as `ok`. */
  urls: number;
  flags: string[];
  originPid: number | undefined;
  env?: Record<string, string>;
};

/** Times in ms. A crawl begins with its first push. */
export type CrawlFigures = {
  /** To the last outcome in Redis. */
  crawlMs: number;
  /** To the moment at which the file holds every record. */
  collectedMs: number;
  /** The command as a whole: processes start, and stop. */
  commandMs: number;
  /** Of `collectedMs`, as ms since 1970. */
  span: { fromMs: number; toMs: number };
  processes: ProcessFigures[];
  redisVersion: string;
  redisPeakBytes: number;
  commandTimes: CommandTime[];
};

/** Runs `trawl run` with a JSONL sink on a Redis of its own and checks that every line is there. */
export const measureCrawl = async (plan: CrawlPlan, world: BenchWorld): Promise<CrawlFigures> => {
  const dir = await world.newDir('crawl');
  const dataDir = join(dir, 'data');
  const out = join(dir, 'results.jsonl');
  await using redis = await openBenchRedis(dataDir);
  const args = ['run', plan.urlFile, '--out', out, '--data-dir', dataDir, '--json', ...plan.flags];
  const { commandMs, processes } = await watchedRun(args, { plan, world, redis });
  const status = await redis.lastRun();
  const times = timesOf(status);
  refuseIncomplete(plan, status, await countLines(out));
  return {
    crawlMs: times.lastOutcomeAtMs - times.firstPushAtMs,
    collectedMs: times.collectedAtMs - times.firstPushAtMs,
    commandMs,
    span: { fromMs: times.firstPushAtMs, toMs: times.collectedAtMs },
    processes,
    redisVersion: redis.version,
    redisPeakBytes: (await redis.memory()).peakBytes,
    commandTimes: await redis.commandTimes(),
  };
};

async function watchedRun(
  args: string[],
  { plan, world, redis }: { plan: CrawlPlan; world: BenchWorld; redis: BenchRedis },
): Promise<{ commandMs: number; processes: ProcessFigures[] }> {
  await using trawl = startTrawl(args, { stop: world.stop, ...(plan.env === undefined ? {} : { env: plan.env }) });
  const watch = watchProcesses([trawl.pid, redis.pid, plan.originPid]);
  try {
    return { commandMs: (await trawl.ended).wallMs, processes: watch.stop() };
  } finally {
    watch.stop();
  }
}

function timesOf(status: RunStatus): { firstPushAtMs: number; lastOutcomeAtMs: number; collectedAtMs: number } {
  const { firstPushAtMs, lastOutcomeAtMs, collectedAtMs } = status;
  if (firstPushAtMs === undefined || lastOutcomeAtMs === undefined || collectedAtMs === undefined)
    throw new Error(`the run is not over: ${JSON.stringify({ ...status, spec: undefined })}`);
  return { firstPushAtMs, lastOutcomeAtMs, collectedAtMs };
}

/** A fast crawl that lost or failed something is no measurement. */
function refuseIncomplete(plan: CrawlPlan, status: RunStatus, lines: number): void {
  if (status.recorded === plan.urls && status.classes['ok'] === plan.urls && lines === plan.urls) return;
  const found = JSON.stringify({ recorded: status.recorded, classes: status.classes, linesInFile: lines });
  throw new Error(`not every one of ${plan.urls} URLs is recorded as ok: ${found}`);
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines;
}
