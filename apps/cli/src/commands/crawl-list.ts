import { createCrawls } from '@trawl/shared/frontier/crawls.ts';
import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { crawlLines, shownCrawl } from '../crawls/crawl-text.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl crawl list`. */
export const crawlList = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const crawls = await createCrawls(redis, firstShard).list();
    const schedules = new Map((await createSchedules(redis, firstShard).list()).map((one) => [one.crawl, one]));
    const all = crawls.map((crawl) => ({ crawl, schedule: schedules.get(crawl.name) }));
    const lines = settings.json
      ? all.map(({ crawl, schedule }) => JSON.stringify({ ...shownCrawl(crawl), schedule }))
      : crawlLines(all, shell.program);
    shell.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return exitCodes.ok;
  });
};
