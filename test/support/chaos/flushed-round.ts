import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { seededRandom } from '../pretend-web/seeded-random.ts';
import type { CampaignWorld } from './campaign-world.ts';
import { type DealtRun, dealRound } from './deal-round.ts';
import { nothingExcused } from './judges/judge-origin.ts';
import { judgeProcesses } from './judges/judge-processes.ts';
import type { Violation } from './judges/verdicts.ts';
import { machineMs } from './machine-clock.ts';
import type { RoundReport } from './round.ts';
import { startTrawlRun, type TrawlRun } from './trawl-run.ts';

const forgottenWithinMs = 20_000;
const beganWithinMs = 120_000;

/**
 * FLUSHALL in the middle of two runs, one of the fleet and one of a `trawl run`. The command has to end with 2 and say why, files stay as
 * they were acknowledged, nothing of the runs comes back into Redis, and the fleet serves the next one.
 */
export const playFlushedRound = async (
  world: CampaignWorld,
  { round, seed, lines }: { round: number; seed: number; lines: number },
): Promise<RoundReport> => {
  const beganMs = machineMs();
  const { redis, origin, timeline, fleet } = world;
  const [ofFleet, ofCommand, after] = dealRound({ round, kind: 'flushed', seed, lines, port: origin.port });
  if (!ofFleet || !ofCommand || !after) throw new Error('three runs are dealt');
  await origin.reset();
  await world.createRun(ofFleet);
  const command = await startCommand(world, ofCommand);
  const share = 0.05 + 0.9 * seededRandom(seed)();
  const violations: Violation[] = [];
  const outputs = [ofFleet.run, command.run].map(world.outputOf);
  const runs = createRuns(redis.client, firstShard);
  const isFar = async ({ run }: { run: string }, of: number) => ((await runs.status(run))?.recorded ?? 0) >= of * share;
  const isFarEnough = async () =>
    (await isFar(ofFleet, ofFleet.lines.length)) && (await isFar(command, ofCommand.lines.length));
  if (await holds(isFarEnough, beganWithinMs)) {
    const acknowledged = await flush(world, [ofFleet.run, command.run]);
    violations.push(...(await judgeCommand(command.child, command.said)));
    for (const [i, output] of outputs.entries()) violations.push(...(await judgeFile(output, acknowledged[i] ?? 0)));
    violations.push(...(await judgeForgotten(world, [ofFleet.run, command.run])));
  } else violations.push({ promise: 'the runs begin', details: `share ${share}` });

  await world.createRun(after);
  const isCollected = async () => (await runs.status(after.run))?.collectedAtMs !== undefined;
  if (!(await holds(isCollected, beganWithinMs))) violations.push({ promise: 'the next run is served', details: '' });
  const happenings = timeline.since(beganMs);
  violations.push(...(await judgeProcesses(fleet, happenings, redis.secrets)));
  return {
    round,
    seed,
    kind: 'flushed',
    urls: ofFleet.lines.length + ofCommand.lines.length + after.lines.length,
    requests: await origin.total(),
    repeated: 0,
    pairs: 0,
    excused: nothingExcused,
    wallMs: machineMs() - beganMs,
    violations,
    times: { askedAgainMs: [], firstFetchMs: [], failovers: [] },
    happenings,
  };
};

async function startCommand(world: CampaignWorld, { run: name, lines }: DealtRun): Promise<TrawlRun> {
  const { directory, redis } = world;
  const list = join(directory, `${name}.txt`);
  await writeFile(list, `${lines.map(({ line }) => line).join('\n')}\n`);
  const args = [list, '--name', name, '--out', world.outputOf('{run}'), '--workers', '1'];
  const started = await startTrawlRun(args, { REDIS_URL: redis.urlAt(redis.port()), TRAWL_DATA_DIR: directory });
  world.timeline.note('trawl run started', { run: started.run });
  return started;
}

/** Answers how many bytes of each file were acknowledged at that moment. */
async function flush({ redis, timeline }: CampaignWorld, runs: string[]): Promise<number[]> {
  const all = redis.client.multi();
  for (const run of runs) all.hget(keysOf(firstShard).sink(run), 'state');
  const replies = (await all.flushall().exec()) ?? [];
  timeline.note('FLUSHALL', { runs });
  return runs.map((_, i) => {
    const state = replies[i]?.[1] as string | null;
    return state === null ? 0 : ((JSON.parse(state) as { sinks: { bytes?: number }[] }).sinks[0]?.bytes ?? 0);
  });
}

async function judgeCommand(child: ChildProcess, said: () => string): Promise<Violation[]> {
  if (child.exitCode === null)
    await Promise.race([once(child, 'exit'), delay(forgottenWithinMs + 20_000, undefined, { ref: false })]);
  const isClear = child.exitCode === 2 && said().includes('is gone from Redis');
  if (child.exitCode === null) child.kill('SIGKILL');
  return isClear
    ? []
    : [{ promise: 'trawl run ends with 2 and says why', details: `${child.exitCode}: ${said().slice(-500)}` }];
}

async function judgeFile(path: string, acknowledgedBytes: number): Promise<Violation[]> {
  const text = await readFile(path).catch(() => Buffer.alloc(0));
  const isWhole = acknowledgedBytes === 0 || text[acknowledgedBytes - 1] === 10;
  if (text.length >= acknowledgedBytes && isWhole) return [];
  return [{ promise: `${path} stays as acknowledged`, details: `${acknowledgedBytes} bytes, now ${text.length}` }];
}

/** Whatever was under way has ended, and left nothing of the runs. */
async function judgeForgotten({ redis }: CampaignWorld, runs: string[]): Promise<Violation[]> {
  let left: string[] = [];
  const isForgotten = async () => {
    left = (await redis.client.keys('*')).filter((key) => runs.some((run) => key.includes(run)));
    return left.length === 0;
  };
  if (await holds(isForgotten, forgottenWithinMs)) return [];
  return [{ promise: 'nothing of a run that is gone comes back', details: left.join(', ') }];
}

async function holds(asked: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const untilMs = machineMs() + withinMs;
  while (machineMs() < untilMs) {
    if (await asked()) return true;
    await delay(20);
  }
  return false;
}
