import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { findCrawl, noSchedule } from '../crawls/find-crawl.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { placeSettings } from './flags.ts';

/** `trawl schedule remove CRAWL`: with its counters; the crawl and its runs stay. */
export const scheduleRemove = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(placeSettings, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const { name } = await findCrawl(redis, words[0] ?? '', shell.program);
    if ((await createSchedules(redis, firstShard).remove(name)) === 'unknown') throw noSchedule(name, shell.program);
    shell.stdout.write(`schedule of ${name} removed\n`);
    return exitCodes.ok;
  });
};
