import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { failOnProblems } from '../read-run-settings.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { resumeFlags } from './flags.ts';

/** `trawl resume RUN`: what `run` does, on a run that exists. */
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
    const { runCrawl } = await import('../run-crawl.ts');
    return runCrawl({ spec, isNew: false }, { place, wish: { ...settings, given: flags }, shell });
  });
};
