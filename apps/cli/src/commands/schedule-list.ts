import { lookAtSchedules } from '@trawl/shared/frontier/look-at-schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { redisNowMs } from '@trawl/shared/platform/redis.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import { scheduleLines } from '../schedules/schedule-lines.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl schedule list`. */
export const scheduleList = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const looks = await lookAtSchedules(redis, firstShard, await redisNowMs(redis));
    const lines = settings.json
      ? looks.map(({ schedule, state, ...rest }) => JSON.stringify({ ...schedule, ...state, ...rest }))
      : scheduleLines(looks, shell.program);
    shell.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return exitCodes.ok;
  });
};
