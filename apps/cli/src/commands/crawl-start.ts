import { runOfCrawl } from '@trawl/shared/domain/crawl-definition.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { findCrawl } from '../crawls/find-crawl.ts';
import { ownFileRemedy } from '../crawls/own-file.ts';
import { refuseFullFiles } from '../plan-run.ts';
import { withRedis } from '../redis-of-command.ts';
import { createRun } from '../runs/create-run.ts';
import { nameRun } from '../runs/name-run.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl crawl start NAME`: a run of it now, for the fleet; prints its name. */
export const crawlStart = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const crawl = await findCrawl(redis, words[0] ?? '', shell.program);
    const run = nameRun(crawl.name, { nowMs: shell.now(), random: shell.random });
    const plan = runOfCrawl(crawl, { run, createdAtMs: 0 });
    for (const sink of plan.sinks)
      if (sink.kind === 'jsonl') await refuseFullFiles([sink], crawl.overwrite === true, ownFileRemedy(sink.path));
    await createRun(redis, plan, shell);
    const { name, version } = crawl;
    shell.stdout.write(
      settings.json ? `${JSON.stringify({ event: 'started', run, crawl: { name, version } })}\n` : `${run}\n`,
    );
    return exitCodes.ok;
  });
};
