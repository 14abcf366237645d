import { showCount } from '@trawl/shared/domain/quantities.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import { refuseUnlessDone } from '../runs/halt-answers.ts';
import { runOfWord } from '../runs/run-of-word.ts';
import type { Invocation } from './command.ts';
import { cancelFlags } from './flags.ts';

/** `trawl cancel RUN`: breaks it off in the whole fleet, and waits until every line of it has its outcome. */
export const cancel = async (invocation: Invocation): Promise<number> => {
  const { shell, words, flags } = invocation;
  const settings = settingsOf(cancelFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async (place) => {
    const { run, spec } = await runOfWord(place.redis, words[0] ?? 'last');
    refuseUnlessDone(run, await createRunControl(place.redis, firstShard).cancel(run), shell.program);
    if (!settings.json) shell.stderr.write(`${run} is cancelled: no URL of it starts any more.\n`);
    const { endCancelledRun } = await import('../end-cancelled-run.ts');
    const status = await endCancelledRun(spec, { place, wish: { ...settings, given: flags }, shell });
    const { state, recorded, pushed, classes } = status;
    const cancelled = classes['cancelled'] ?? 0;
    if (settings.json)
      shell.stdout.write(`${JSON.stringify({ event: 'cancelled', run, state, recorded, pushed, cancelled })}\n`);
    else
      shell.stdout.write(
        state === 'finished'
          ? `Every one of its ${showCount(pushed)} lines has an outcome; ${showCount(cancelled)} ended as cancelled.\n`
          : `${showCount(pushed - recorded)} lines read have no outcome yet. The fleet goes on giving them theirs; so does:\n  ${shell.program} resume ${run}\n`,
      );
    return exitCodes.ok;
  });
};
