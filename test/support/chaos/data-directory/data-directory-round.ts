import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { connectRedis, disconnectRedis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import { type DealtRun, dealRound } from '../deal-round.ts';
import { judgeLedger } from '../judges/judge-ledger.ts';
import { judgeLeftovers } from '../judges/judge-leftovers.ts';
import { judgeOrigin } from '../judges/judge-origin.ts';
import { judgeRecords } from '../judges/judge-records.ts';
import type { Violation } from '../judges/verdicts.ts';
import { machineMs } from '../machine-clock.ts';
import type { RoundReport } from '../round.ts';
import { scheduleOf } from '../schedule.ts';
import { inTurn, strikeFaults } from '../strike-faults.ts';
import type { Happening } from '../timeline.ts';
import { spawnTrawl } from '../trawl-run.ts';
import { dataDirectoryFaults } from './data-directory-faults.ts';
import { judgeBodies } from './judge-bodies.ts';
import { longestRefusalMs } from './listen-to-redis.ts';
import { type OwnRun, startOwnRun } from './own-run.ts';

const faultsUntilMs = 30_000;
const endsWithinMs = 150_000;
const leftoversWithinMs = 25_000;
/** Whoever cannot work for longer than this has told somebody. */
const toldWithinMs = 3000;

/**
 * A `trawl run` that has its Redis, its bodies, its logs, its input and its records in one directory; whose disk fills up, and to which it loses its
 * rights, while its processes die. It ends with all that it was to do, and with 0; what is on disk then is judged by a Redis that reads it anew.
 */
export const playDataDirectoryRound = async (
  world: CampaignWorld,
  options: { round: number; seed: number; lines: number; everyMs: number },
): Promise<RoundReport> => {
  const beganMs = machineMs();
  const { origin, timeline } = world;
  const { round, seed, lines, everyMs } = options;
  const [planned] = dealRound({ round, kind: 'data directory', seed, lines, port: origin.port });
  if (planned === undefined) throw new Error('a run is dealt');
  await origin.reset();
  const own = await startOwnRun(world, planned);
  const dealt = { ...planned, run: own.run };
  const [calm, over] = [new AbortController(), new AbortController()];
  const listening = longestRefusalMs(own.redis, over.signal);
  const faults = dataDirectoryFaults;
  const schedule = scheduleOf({ seed, fromMs: 300, untilMs: faultsUntilMs, everyMs, plans: faults });
  const attacked = { own, timeline, calm: calm.signal, withRedis: inTurn(), withRights: inTurn() };
  const ended = own.child.exitCode === null ? once(own.child, 'exit') : Promise.resolve();
  await Promise.race([ended, begun(own)]);
  const striking = strikeFaults(attacked, { schedule, faults, nowMs: machineMs });
  await Promise.race([ended, delay(faultsUntilMs)]);
  calm.abort();
  await striking;
  timeline.note('run of faults over', { round });
  await Promise.race([ended, delay(endsWithinMs, undefined, { ref: false })]);
  over.abort();
  const happenings = timeline.since(beganMs);
  const log = await origin.log();
  const verdict = judgeOrigin({ log, departures: new Map(), runs: [dealt], happenings, cancelGraceMs: 0 });
  const violations = [
    ...verdict.violations,
    ...judgeEnd(own),
    ...judgeTold(own, { happenings, refusedMs: await listening }),
    ...(await judgeVerify(own)),
    ...(await judgeDisk(own, dealt)),
  ];
  await own.letGo();
  await own.disk.remove();
  return {
    round,
    seed,
    kind: 'data directory',
    urls: dealt.lines.length,
    requests: verdict.requests,
    repeated: verdict.repeated,
    pairs: verdict.pairs,
    excused: verdict.excused,
    wallMs: machineMs() - beganMs,
    violations,
    times: { askedAgainMs: [], firstFetchMs: [], failovers: [] },
    happenings,
  };
};

/** What is missing at the start is another matter: it is told at once, and ends the command with 2. */
async function begun({ redis, run, child }: OwnRun): Promise<void> {
  const runs = createRuns(redis, firstShard);
  while (child.exitCode === null && ((await runs.status(run))?.recorded ?? 0) === 0) await delay(50);
}

function judgeEnd({ child, said }: OwnRun): Violation[] {
  if (child.exitCode === 0) return [];
  return [{ promise: 'trawl run goes on, and ends with 0', details: `${child.exitCode}: ${said().slice(-1500)}` }];
}

/** On the terminal that Redis does not write; somewhere, that a right is missing. */
function judgeTold(
  { said }: OwnRun,
  { happenings, refusedMs }: { happenings: Happening[]; refusedMs: number },
): Violation[] {
  const isRedisTold = said().includes('no room is left for');
  const lostRightsMs = happenings.flatMap(({ what, about, atMs }, i) => {
    const again = happenings.slice(i).find((later) => later.what === 'data directory may be written');
    return what === withoutRight && about['place'] === 'bodies' ? [(again?.atMs ?? atMs) - atMs] : [];
  });
  const isRightTold = /cannot be written: E(ACCES|PERM)/.test(said());
  return [
    ...(refusedMs > toldWithinMs && !isRedisTold
      ? [{ promise: 'a person is told that Redis cannot write', details: `${refusedMs} ms: ${said().slice(-500)}` }]
      : []),
    ...(lostRightsMs.some((ms) => ms > toldWithinMs) && !isRightTold
      ? [{ promise: 'a person is told that a right is missing', details: '' }]
      : []),
  ];
}

const withoutRight = 'data directory may not be written';

/** Also a new start of its Redis, by whoever runs commands there. */
async function judgeVerify({ run, variables, user }: OwnRun): Promise<Violation[]> {
  const child = spawnTrawl(['verify', run, '--json'], variables, user);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return code === 0 ? [] : [{ promise: `${run}: trawl verify agrees`, details: `${stdout}${stderr}` }];
}

async function judgeDisk({ disk, output }: OwnRun, dealt: DealtRun): Promise<Violation[]> {
  const embedded = await openEmbeddedRedis({ dataDir: disk.path });
  const redis = await connectRedis(parseRedisUrl(embedded.url), { role: 'chaos' });
  try {
    const records = (await readFile(output, 'utf8').catch(() => '')).trimEnd().split('\n');
    return [
      ...(await judgeLedger(redis, dealt)),
      ...judgeRecords('the file', dealt, records),
      ...(await judgeBodies(records, join(disk.path, 'bodies')).catch(notToBeRead)),
      ...(await judgeLeftovers(redis, leftoversWithinMs)),
    ];
  } finally {
    await disconnectRedis(redis);
    await embedded.close();
  }
}

const notToBeRead = (error: unknown): Violation[] => [{ promise: 'records can be read', details: String(error) }];
