import { sharedFileOf } from '@trawl/shared/domain/crawl-definition.ts';
import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { redisNowMs } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { findCrawl } from '../crawls/find-crawl.ts';
import { ownFileRemedy } from '../crawls/own-file.ts';
import { withRedis } from '../redis-of-command.ts';
import { termsOf } from '../schedules/schedule-terms.ts';
import { scheduleWords } from '../schedules/schedule-words.ts';
import type { Invocation } from './command.ts';
import { scheduleFlags } from './flags.ts';

/** `trawl schedule add CRAWL`: adds the crawl's schedule, or replaces it. */
export const scheduleAdd = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(scheduleFlags, invocation);
  const { terms, problems } = termsOf(settings, shell.now());
  if (problems.length > 0)
    throw new UserError(
      problems.map(({ flag, message }) => `--${flag}: ${message}`).join('\n'),
      `${shell.program} help schedule add lists the flags.`,
    );
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const schedules = createSchedules(redis, firstShard);
    const crawl = await findCrawl(redis, words[0] ?? '', shell.program);
    const file = sharedFileOf(crawl);
    if (file !== undefined)
      throw new UserError(
        `Every run of the crawl ${crawl.name} would write to ${file}.`,
        `${ownFileRemedy(file)}\nThen: ${shell.program} crawl add FILE`,
      );
    const result = await schedules.put(crawl.name, terms, await redisNowMs(redis));
    const schedule = await schedules.get(crawl.name);
    if (settings.json) shell.stdout.write(`${JSON.stringify({ event: 'schedule', result, schedule })}\n`);
    else if (schedule) shell.stdout.write(`schedule of ${crawl.name} ${result}: ${scheduleWords(schedule)}\n`);
    return exitCodes.ok;
  });
};
