import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { withRedis } from '../redis-of-command.ts';
import { runOfWord } from '../runs/run-of-word.ts';
import { coloursOf } from '../text/colours.ts';
import { findingsOf } from '../verify/findings.ts';
import { gatherEvidence } from '../verify/gather-evidence.ts';
import { verificationText } from '../verify/verification-text.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

const exitNotVerified = 1;

/** `trawl verify RUN`: exits 0 when every line has exactly one outcome everywhere, 1 when not. */
export const verify = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const status = await runOfWord(redis, words[0] ?? 'last');
    const evidence = await gatherEvidence(redis, firstShard, status);
    const findings = findingsOf(evidence);
    const isVerified = findings.every(({ verdict }) => verdict !== 'wrong');
    const verification = {
      run: status.run,
      inputLines: status.pushed,
      verified: isVerified,
      isFinished: status.collectedAtMs !== undefined,
      findings,
    };
    const text = settings.json
      ? JSON.stringify(verification)
      : verificationText(verification, coloursOf(shell.stdout, shell.variables));
    shell.stdout.write(`${text}\n`);
    return isVerified ? exitCodes.ok : exitNotVerified;
  });
};
