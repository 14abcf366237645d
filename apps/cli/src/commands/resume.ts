import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { failOnProblems } from '../read-run-settings.ts';
import { withRedis } from '../redis-of-command.ts';
import { refuseUnwritable } from '../refuse-unwritable.ts';
import { isWorkedOn } from '../runs/is-worked-on.ts';
import type { Shell } from '../shell.ts';
import type { Invocation } from './command.ts';
import { resumeFlags } from './flags.ts';

/** `trawl resume RUN`: lifts a pause; where nobody else works on the run, does what `run` does. */
export const resume = async (invocation: Invocation): Promise<number> => {
  const { shell, words, flags } = invocation;
  const settings = settingsOf(resumeFlags, invocation);
  const problems = failOnProblems(settings.failOn);
  if (problems.length > 0) throw new UserError(problems.join('\n'), `${shell.program} help resume lists the flags.`);
  return withRedis({ ...settings, mustExist: true }, shell, async (place) => {
    const { runOfWord } = await import('../runs/run-of-word.ts');
    const { spec, collectedAtMs } = await runOfWord(place.redis, words[0] ?? 'last');
    if (collectedAtMs !== undefined) {
      const { endWithReport } = await import('../report/end-with-report.ts');
      return endWithReport(spec.run, { redis: place.redis, wish: settings, shell });
    }
    const { isPaused, isElsewhere } = await letGoOn(spec.run, place.redis);
    if (isPaused && isElsewhere) return tellThatItGoesOn(spec.run, { json: settings.json, shell });
    await refuseUnwritable(spec.sinks);
    const { runCrawl } = await import('../run-crawl.ts');
    return runCrawl({ spec, isNew: false }, { place, wish: { ...settings, given: flags }, shell });
  });
};

/** Whether it was paused, and whether others go on with it. */
async function letGoOn(run: string, redis: Redis): Promise<{ isPaused: boolean; isElsewhere: boolean }> {
  const isElsewhere = await isWorkedOn(redis, run);
  const isPaused = (await createRuns(redis, firstShard).status(run))?.paused === true;
  if (isPaused) await createRunControl(redis, firstShard).resume(run);
  return { isPaused, isElsewhere };
}

function tellThatItGoesOn(run: string, { json, shell }: { json: boolean; shell: Shell }): number {
  if (json) shell.stdout.write(`${JSON.stringify({ event: 'resumed', run })}\n`);
  else shell.stdout.write(`${run} goes on. Its progress:\n  ${shell.program} status ${run}\n`);
  return exitCodes.ok;
}
