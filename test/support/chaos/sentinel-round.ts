import { setTimeout as delay } from 'node:timers/promises';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { seededRandom } from '../pretend-web/seeded-random.ts';
import { type DataServer, type SentinelRedis, startSentinelRedis } from '../sentinel-redis.ts';
import type { Attacked } from './attacked.ts';
import { startWorldOn, type WorldOptions } from './campaign-world.ts';
import type { RoundRedis } from './chaos-redis.ts';
import { playRound, type RoundOptions, type RoundReport } from './round.ts';
import { choicesOf } from './seeded-choice.ts';

const faultsUntilMs = 35_000;
const noticedWithinMs = 20_000;
const wholeWithinMs = 20_000;

/**
 * A fleet of its own that knows Sentinels and no address of Redis: three of them watch a master and its replica, and one of the two is taken
 * away again and again.
 */
export const playSentinelRound = async (
  options: Pick<RoundOptions, 'round' | 'seed' | 'lines'>,
  ofWorld: WorldOptions,
): Promise<RoundReport> => {
  const sentinels = await startSentinelRedis({ sentinels: 3, downAfterMs: 1000 });
  const client = await sentinels.connect('chaos');
  client.on('error', () => undefined); // it is killed on purpose
  const redis: RoundRedis = {
    client,
    secrets: sentinels.secrets,
    // No gate can stand before what Sentinels announce.
    urlAt: () => sentinels.url,
    port: () => 0,
    gatePort: () => 0,
    keepSoFar: () => Promise.resolve(),
    stop: sentinels.stop,
  };
  const world = await startWorldOn(redis, ofWorld);
  try {
    return await playRound(world, {
      ...options,
      kind: 'sentinel',
      faultsUntilMs,
      strike: async (attacked) => {
        await hasBegun(attacked);
        await strikeMasters(sentinels, attacked, options.seed);
      },
    });
  } finally {
    await world.stop();
  }
};

/** The fleet has just been started: who takes the master away too early takes nothing else. */
async function hasBegun({ redis, calm }: Attacked<RoundRedis>): Promise<void> {
  const { prefix } = firstShard;
  while (!calm.aborted && (await redis.client.hlen(`${prefix}workers`)) < 2) await delay(50);
}

type Way = { name: string; take: (master: DataServer) => unknown; giveBack: (old: DataServer) => unknown };

const waysOf = (sentinels: SentinelRedis): Way[] => [
  { name: 'kill', take: (master) => master.kill(), giveBack: (old) => old.restart() },
  { name: 'freeze', take: (master) => master.signal('SIGSTOP'), giveBack: (old) => old.signal('SIGCONT') },
  { name: 'by hand', take: () => sentinels.failover(), giveBack: () => undefined },
];

/** All ways in an order of the seed, again and again until there is calm; in the end both servers are there. */
async function strikeMasters(
  sentinels: SentinelRedis,
  { timeline, fleet, calm }: Attacked<RoundRedis>,
  seed: number,
): Promise<void> {
  const choose = choicesOf(seededRandom(seed));
  const pause = (ms: number) => delay(ms, undefined, { signal: calm }).catch(() => undefined);
  let left: Way[] = [];
  while (!calm.aborted) {
    await pause(choose.whole(1000, 4000));
    if (calm.aborted) return;
    if (left.length === 0) left = waysOf(sentinels);
    const way = choose.oneOf(left);
    left = left.filter((each) => each !== way);
    const old = await sentinels.master();
    timeline.note('Sentinel fails over', { way: way.name, from: old.port });
    await way.take(old);
    if (choose.chance(0.3)) fleet.signal(choose.oneOf(fleet.places), 'SIGKILL');
    const isOver = await holds(async () => (await sentinels.master()) !== old, noticedWithinMs);
    if (isOver) timeline.note('Sentinel has failed over', { way: way.name });
    else timeline.note('Sentinel has not failed over', { way: way.name });
    await pause(choose.whole(0, 3000));
    await way.giveBack(old);
    const isWhole = await holds(sentinels.isWhole, wholeWithinMs);
    timeline.note(isWhole ? 'the old master follows' : 'the old master does not follow', { way: way.name });
  }
}

async function holds(asked: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const soon = AbortSignal.timeout(withinMs);
  while (!soon.aborted) {
    if (await asked()) return true;
    await delay(20);
  }
  return false;
}
