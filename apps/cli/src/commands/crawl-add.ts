import { sharedFileOf } from '@trawl/shared/domain/crawl-definition.ts';
import { createCrawls } from '@trawl/shared/frontier/crawls.ts';
import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { ownFileRemedy } from '../crawls/own-file.ts';
import { type ReadDefinition, readDefinition } from '../crawls/read-definition.ts';
import { withRedis } from '../redis-of-command.ts';
import { scheduleWords } from '../schedules/schedule-words.ts';
import type { Shell } from '../shell.ts';
import { checkSourceFile } from '../source/check-source-file.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl crawl add FILE`: a crawl that the fleet knows by name, with its schedule if the file has one. */
export const crawlAdd = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  const definition = await readDefinition(words[0] ?? '', { dataDir: settings.dataDir, shell });
  const { name, content, terms } = definition;
  await warnOfSource(definition, shell);

  return withRedis(settings, shell, async ({ redis }) => {
    const schedules = createSchedules(redis, firstShard);
    await refuseSharedFile(definition, redis);
    const nowMs = await redisNowMs(redis);
    const { kind, version } = await createCrawls(redis, firstShard).define(name, content, nowMs);
    const scheduled = terms === undefined ? undefined : await schedules.put(name, terms, nowMs);
    const schedule = await schedules.get(name);
    if (settings.json)
      shell.stdout.write(`${JSON.stringify({ event: 'crawl', name, version, result: kind, schedule: scheduled })}\n`);
    else {
      const isWhole = kind === 'unchanged' ? `is unchanged: version ${version}` : `${kind}: version ${version}`;
      shell.stdout.write(`crawl ${name} ${isWhole}\n`);
      if (schedule) shell.stdout.write(`schedule: ${scheduleWords(schedule)}\n`);
    }
    return exitCodes.ok;
  });
};

/** The file need not be on this machine, but mostly it is. */
async function warnOfSource({ content }: ReadDefinition, shell: Shell): Promise<void> {
  await checkSourceFile(content.source).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    shell.stderr.write(`warning: ${error.message} The producers of the fleet read it, each under this path.\n`);
  });
}

/** The crawl may have a schedule that is not in the file. */
async function refuseSharedFile({ name, content }: ReadDefinition, redis: Redis): Promise<void> {
  const file = sharedFileOf(content);
  if (file === undefined || !(await createSchedules(redis, firstShard).get(name))) return;
  throw new UserError(
    `out: the crawl ${name} has a schedule, every run of which would write to ${file}`,
    ownFileRemedy(file),
  );
}
