import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { redisNowMs } from '@trawl/shared/platform/redis.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { findCrawl, noSchedule } from '../crawls/find-crawl.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { placeSettings } from './flags.ts';

/** `trawl schedule pause CRAWL`: it starts no more runs until it is resumed; those that it has started go on. */
export const schedulePause = (invocation: Invocation): Promise<number> => setPaused(invocation, 'pause');

/** `trawl schedule resume CRAWL`. */
export const scheduleResume = (invocation: Invocation): Promise<number> => setPaused(invocation, 'resume');

async function setPaused(invocation: Invocation, act: 'pause' | 'resume'): Promise<number> {
  const { shell, words } = invocation;
  const settings = settingsOf(placeSettings, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const schedules = createSchedules(redis, firstShard);
    const { name } = await findCrawl(redis, words[0] ?? '', shell.program);
    const answer =
      act === 'pause' ? await schedules.pause(name) : await schedules.resume(name, await redisNowMs(redis));
    if (answer === 'unknown') throw noSchedule(name, shell.program);
    const how = answer === 'unchanged' ? (act === 'pause' ? 'was paused already' : 'was not paused') : `${act}d`;
    shell.stdout.write(`schedule of ${name} ${how}\n`);
    return exitCodes.ok;
  });
}
