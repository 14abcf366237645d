import { createCrawls } from '@trawl/shared/frontier/crawls.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { findCrawl } from '../crawls/find-crawl.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { placeSettings } from './flags.ts';

/** `trawl crawl remove NAME`: runs that it has started are not touched. */
export const crawlRemove = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(placeSettings, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const { name } = await findCrawl(redis, words[0] ?? '', shell.program);
    if ((await createCrawls(redis, firstShard).remove(name)) === 'scheduled')
      throw new UserError(
        `The crawl ${name} has a schedule.`,
        `Remove that first: ${shell.program} schedule remove ${name}`,
      );
    shell.stdout.write(`crawl ${name} removed\n`);
    return exitCodes.ok;
  });
};
