import { showCount } from '@trawl/shared/domain/quantities.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import { refuseUnlessDone } from '../runs/halt-answers.ts';
import { runOfWord } from '../runs/run-of-word.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl pause RUN`: no URL of it starts, in the whole fleet, until it is resumed. */
export const pause = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const { run, recorded, pushed } = await runOfWord(redis, words[0] ?? 'last');
    refuseUnlessDone(run, await createRunControl(redis, firstShard).pause(run), shell.program);
    if (settings.json) shell.stdout.write(`${JSON.stringify({ event: 'paused', run, recorded, pushed })}\n`);
    else
      shell.stdout.write(
        `${run} is paused at ${showCount(recorded)} of ${showCount(pushed)} lines. It goes on with:\n  ${shell.program} resume ${run}\n`,
      );
    return exitCodes.ok;
  });
};
