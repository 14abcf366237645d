import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import { runOfWord } from '../runs/run-of-word.ts';
import { runLines, statusText, withoutSecrets } from '../runs/status-text.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl status [RUN]`: how far a run is, or all of them in a list. */
export const status = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const say = (lines: string[]) => void shell.stdout.write(lines.map((line) => `${line}\n`).join(''));
    if (words[0] === undefined) {
      const all = await allRuns(redis);
      say(settings.json ? all.map((one) => JSON.stringify(withoutSecrets(one))) : runLines(all, shell.program));
    } else {
      const one = await runOfWord(redis, words[0]);
      say(settings.json ? [JSON.stringify(withoutSecrets(one))] : statusText(one, shell.program));
    }
    return exitCodes.ok;
  });
};

async function allRuns(redis: Redis): Promise<RunStatus[]> {
  const runs = createRuns(redis, firstShard);
  const all = await Promise.all((await runs.list()).map((run) => runs.status(run)));
  return all.filter((one) => one !== undefined);
}
