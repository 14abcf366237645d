import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parseInfo } from '@trawl/shared/platform/redis-facts.ts';
import type { SmallDisk } from '../../small-disk.ts';
import type { Attacked, Fault } from '../attacked.ts';

const run = promisify(execFile);
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** What happens to the disks that the sinks and Redis write to. They are small ones of their own, where the machine lets us make them. */
export const diskFaults: Record<string, Fault> = {
  'the disk of the sinks is full': {
    weight: 1,
    draw: (choose) => ({ leftBytes: choose.oneOf([0, 1, 5000, 40_000]), forMs: choose.whole(1000, 6000) }),
    strike: async (attacked, { leftBytes, forMs }) => {
      const { sinksDisk, timeline, calm } = attacked;
      if (!isSmall(attacked, sinksDisk, 'the disk of the sinks is full')) return;
      timeline.note('disk of the sinks is full', { forMs: Number(forMs) });
      await sinksDisk.shrinkTo(Number(leftBytes));
      await pause(Number(forMs), calm);
      await sinksDisk.giveBack();
      timeline.note('disk of the sinks has room');
    },
  },
  /** A file that is open stays so: who comes after its writer's death has to open it. */
  'the sinks may not be written': {
    weight: 1,
    draw: (choose) => ({ forMs: choose.whole(1000, 6000) }),
    strike: async ({ sinksDisk, fleet, timeline, calm }, { forMs }) => {
      const change = (flag: '+i' | '-i') => run('chattr', ['-R', flag, sinksDisk.path]);
      const refusal = await change('+i').then(() => undefined, String);
      if (refusal !== undefined) {
        await change('-i').catch(() => undefined);
        timeline.note('fault skipped', { kind: 'the sinks may not be written', reason: refusal.slice(0, 200) });
        return;
      }
      timeline.note('sinks may not be written', { forMs: Number(forMs) });
      for (const place of fleet.placesOf('collector')) fleet.signal(place, 'SIGKILL');
      await pause(Number(forMs), calm);
      await change('-i');
      timeline.note('sinks may be written');
    },
  },
  'the disk of Redis is full': {
    weight: 1,
    draw: (choose) => ({ leftBytes: choose.oneOf([0, 1, 5000, 40_000]), forMs: choose.whole(500, 5000) }),
    strike: async (attacked, { leftBytes, forMs }) => {
      const { redis, timeline, calm, withRedis } = attacked;
      if (!isSmall(attacked, redis.disk, 'the disk of Redis is full')) return;
      await withRedis(async () => {
        timeline.note('disk of redis is full', { forMs: Number(forMs) });
        await redis.disk.shrinkTo(Number(leftBytes));
        await pause(Number(forMs), calm);
        await redis.disk.giveBack();
        await written(attacked);
        timeline.note('disk of redis has room');
      });
    },
  },
};

function isSmall({ timeline }: Attacked, disk: SmallDisk, kind: string): boolean {
  if (!disk.isItsOwn) timeline.note('fault skipped', { kind, reason: 'no disk can be mounted here' });
  return disk.isItsOwn;
}

/** Killed before it has written what it did while the disk filled, it would forget that: which is another fault. */
async function written({ redis }: Attacked): Promise<void> {
  while (parseInfo(await redis.client.info('persistence')).aof_last_write_status !== 'ok') await delay(20);
}
