import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl report RUN`. */
export const report = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const { runOfWord } = await import('../runs/run-of-word.ts');
    const { readReport } = await import('../report/read-report.ts');
    const { reportText } = await import('../report/report-text.ts');
    const { styleOf } = await import('../report/end-with-report.ts');
    const { run } = await runOfWord(redis, words[0] ?? 'last');
    const found = await readReport(redis, firstShard, run);
    if (found === undefined) throw new RunGone(run);
    shell.stdout.write(`${settings.json ? JSON.stringify(found) : reportText(found, styleOf(shell, shell.stdout))}\n`);
    return exitCodes.ok;
  });
};
