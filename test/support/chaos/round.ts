import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Attacked } from './attacked.ts';
import type { CampaignWorld } from './campaign-world.ts';
import type { ChaosRedis, RoundRedis } from './chaos-redis.ts';
import { type DealtRun, dealRound, type RoundKind } from './deal-round.ts';
import { readDepartures } from './departures.ts';
import { judgeAcknowledged } from './judges/judge-acknowledged.ts';
import { judgeLedger } from './judges/judge-ledger.ts';
import { judgeLeftovers } from './judges/judge-leftovers.ts';
import { type Excused, judgeOrigin } from './judges/judge-origin.ts';
import { judgeProcesses } from './judges/judge-processes.ts';
import { judgeSinks } from './judges/judge-sinks.ts';
import { postMortem } from './judges/post-mortem.ts';
import type { Violation } from './judges/verdicts.ts';
import { machineMs } from './machine-clock.ts';
import { type RecoveryTimes, recoveryTimes } from './recovery-times.ts';
import { inTurn } from './strike-faults.ts';
import type { Happening } from './timeline.ts';
import { readWorkerStandstills } from './worker-standstills.ts';

export type RoundOptions<R = ChaosRedis> = {
  round: number;
  seed: number;
  kind: RoundKind;
  lines: number;
  /** Resolves when all that it began is over, soon after the call for calm. */
  strike: (attacked: Attacked<R>) => Promise<void>;
  /** Faults stop then, also when the runs are not over. */
  faultsUntilMs: number;
};

export type RoundReport = {
  round: number;
  seed: number;
  kind: RoundKind;
  urls: number;
  requests: number;
  repeated: number;
  /** Of requests to hosts with a gap. */
  pairs: number;
  excused: Excused;
  wallMs: number;
  violations: Violation[];
  times: RecoveryTimes;
  happenings: Happening[];
};

type RoundWorld = CampaignWorld<RoundRedis>;

/**
 * Longer than any lock, lease or look of the fleet, a job's backoff and the pause of a URL that waits for a host; and than all deaths of one
 * that kills.
 */
const standsStillMs = (kind: RoundKind): number => (kind === 'poison' ? 300_000 : 60_000);
const cancelGraceMs = 2500;
const leftoversWithinMs = 25_000;

/** Runs go on while faults strike; then there is calm, the runs end, and all judges look. */
export const playRound = async <R extends RoundRedis>(
  world: CampaignWorld<R>,
  options: RoundOptions<R>,
): Promise<RoundReport> => {
  const { redis, origin, timeline, fleet } = world;
  const beganMs = machineMs();
  const { round, kind, seed, lines } = options;
  const dealt = dealRound({ round, kind, seed, lines, port: origin.port });
  await origin.reset();
  for (const run of dealt) await world.createRun(run);
  await redis.keepSoFar();

  const calm = new AbortController();
  const over = new AbortController();
  const { sinksDisk } = world;
  const attacked = { fleet, redis, timeline, sinksDisk, calm: calm.signal, withRedis: inTurn() };
  const striking = options.strike(attacked);
  const watching = watchAcknowledged(world, dealt, over.signal);
  const cancelling = Promise.all(dealt.map((run) => cancelWhenDue(world, run, over.signal)));
  await collected(world, dealt, options.faultsUntilMs);
  calm.abort();
  await striking;
  timeline.note('run of faults over', { round });
  const areCollected = await drained(world, dealt, standsStillMs(kind));
  over.abort();
  const acknowledged = await watching;
  await cancelling;

  const happenings = timeline.since(beganMs);
  const log = await origin.log();
  const verdict = judgeOrigin({
    log,
    departures: await readDepartures(fleet.departuresFile),
    runs: dealt,
    happenings: [...happenings, ...(await readWorkerStandstills(fleet.standstillsFile, beganMs))],
    cancelGraceMs,
  });
  const violations: Violation[] = [...acknowledged, ...verdict.violations];
  if (areCollected) {
    for (const run of dealt) {
      violations.push(...(await judgeLedger(redis.client, run)));
      violations.push(...(await judgeSinks(redis.client, run, world.outputOf(run.run))));
    }
    violations.push(...(await judgeByVerify(world, dealt[round % dealt.length])));
    const left = await judgeLeftovers(redis.client, leftoversWithinMs);
    violations.push(...left);
    if (left.length > 0) violations.push({ promise: 'state of Redis', details: await postMortem(redis.client) });
  } else violations.push({ promise: 'every run ends', details: await standingOf(world, dealt) });
  violations.push(...(await judgeProcesses(fleet, happenings, redis.secrets)));
  return {
    round,
    seed,
    kind,
    urls: dealt.reduce((sum, run) => sum + run.lines.length, 0),
    requests: verdict.requests,
    repeated: verdict.repeated,
    pairs: verdict.pairs,
    excused: verdict.excused,
    wallMs: machineMs() - beganMs,
    violations,
    times: recoveryTimes(log, dealt, happenings),
    happenings,
  };
};

/** Waits at most so long. False: the runs are not collected yet. */
async function collected(world: RoundWorld, dealt: DealtRun[], withinMs: number): Promise<boolean> {
  const untilMs = machineMs() + withinMs;
  while (machineMs() < untilMs) {
    if ((await openLines(world, dealt)) === 0) return true;
    await delay(100);
  }
  return false;
}

/** Waits as long as there is progress: how fast a busy machine is does not matter. False: nothing moved any more. */
async function drained(world: RoundWorld, dealt: DealtRun[], standsStillMs: number): Promise<boolean> {
  let [fewest, sinceMs] = [Number.POSITIVE_INFINITY, machineMs()];
  while (machineMs() - sinceMs < standsStillMs) {
    const open = await openLines(world, dealt);
    if (open === 0) return true;
    if (open < fewest) [fewest, sinceMs] = [open, machineMs()];
    await delay(100);
  }
  return false;
}

/** Lines that are not in every sink, and one for each run that is not collected. */
async function openLines({ redis }: RoundWorld, dealt: DealtRun[]): Promise<number> {
  const runs = createRuns(redis.client, firstShard);
  const statuses = await Promise.all(dealt.map(({ run }) => runs.status(run))).catch(() => []);
  return dealt.reduce((sum, { lines }, i) => {
    const status = statuses[i];
    if (status === undefined) return sum + 2 * lines.length + 1;
    const { pushed, recorded, uncollected } = status;
    return sum + 2 * lines.length - pushed - recorded + uncollected + (status.collectedAtMs === undefined ? 1 : 0);
  }, 0);
}

async function standingOf({ redis }: RoundWorld, dealt: DealtRun[]): Promise<string> {
  const runs = createRuns(redis.client, firstShard);
  const all = await Promise.all(dealt.map(({ run }) => runs.status(run)));
  const standing = JSON.stringify(all.map((status) => status && { ...status, spec: undefined }));
  return `${standing}\n         ${await postMortem(redis.client)}`;
}

async function cancelWhenDue(world: RoundWorld, { run, cancelAt }: DealtRun, over: AbortSignal): Promise<void> {
  if (cancelAt === undefined) return;
  const { redis, timeline } = world;
  const runs = createRuns(redis.client, firstShard);
  while (!over.aborted) {
    const status = await runs.status(run).catch(() => undefined);
    // A cancellation may be in the tail of the file that was cut off: its user would see that and repeat it.
    if (status?.cancelledAtMs === undefined && (status?.recorded ?? 0) >= cancelAt && status?.state !== 'finished') {
      const answer = await createRunControl(redis.client, firstShard).cancel(run).catch(String);
      timeline.note('run cancelled', { run, answer });
    }
    await delay(50);
  }
}

/** Looks again and again while faults strike: each look is one moment at which everything might have died. */
async function watchAcknowledged(world: RoundWorld, dealt: DealtRun[], over: AbortSignal): Promise<Violation[]> {
  const violations: Violation[] = [];
  while (!over.aborted) {
    for (const { run } of dealt) {
      const look = () => judgeAcknowledged(world.redis.client, run, world.outputOf(run)).catch(() => []);
      // Between the look into Redis and that into the file Redis may have gone back in time: what is lost stays lost.
      if ((await look()).length > 0 && (await delay(300).then(look)).length > 0) violations.push(...(await look()));
    }
    await delay(500, undefined, { signal: over }).catch(() => undefined);
  }
  return violations;
}

const bin = fileURLToPath(new URL('../../../apps/cli/bin/trawl.js', import.meta.url));

/** What a user would ask, about one run: the ledger and the sinks of all were looked at already. */
async function judgeByVerify({ redis, directory }: RoundWorld, dealt: DealtRun | undefined): Promise<Violation[]> {
  if (dealt === undefined) return [];
  const { run } = dealt;
  const child = spawn(process.execPath, [bin, 'verify', run, '--json'], {
    env: { ...process.env, REDIS_URL: redis.urlAt(redis.port()), TRAWL_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return code === 0 ? [] : [{ promise: `${run}: trawl verify agrees`, details: `${stdout}${stderr}` }];
}
