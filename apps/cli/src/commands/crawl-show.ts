import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { crawlText, shownCrawl } from '../crawls/crawl-text.ts';
import { findCrawl } from '../crawls/find-crawl.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl crawl show NAME`. */
export const crawlShow = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const crawl = await findCrawl(redis, words[0] ?? '', shell.program);
    const schedule = await createSchedules(redis, firstShard).get(crawl.name);
    const lines = settings.json
      ? [JSON.stringify({ ...shownCrawl(crawl), schedule })]
      : crawlText(crawl, schedule, shell.program);
    shell.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return exitCodes.ok;
  });
};
