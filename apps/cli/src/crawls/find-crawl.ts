import type { CrawlDefinition } from '@trawl/shared/domain/crawl-definition.ts';
import { createCrawls } from '@trawl/shared/frontier/crawls.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { didYouMean } from '../command-line/nearest-word.ts';

/** The crawl of a name. Throws UserError, with the nearest name, when there is none. */
export const findCrawl = async (redis: Redis, name: string, program: string): Promise<CrawlDefinition> => {
  const crawls = createCrawls(redis, firstShard);
  const found = await crawls.get(name);
  if (found !== undefined) return found;
  const names = (await crawls.list()).map((crawl) => crawl.name);
  throw new UserError(
    `There is no crawl ${name}${didYouMean(name, names)}.`,
    names.length === 0
      ? `${program} crawl add FILE adds one.`
      : `${program} crawl list lists them; ${program} crawl add FILE adds one.`,
  );
};

/** The crawl of a schedule. Throws UserError when it has none. */
export const noSchedule = (crawl: string, program: string): UserError =>
  new UserError(
    `The crawl ${crawl} has no schedule.`,
    `${program} schedule list lists them; ${program} schedule add ${crawl} --every 15m adds one.`,
  );
