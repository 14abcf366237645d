import { resolve } from 'node:path';
import { redisClock } from '@trawl/shared/platform/clock.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { checkRedis } from '@trawl/shared/platform/redis-checks.ts';
import { parseRedisUrl, placeOf } from '@trawl/shared/platform/redis-url.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { type Diagnosis, diagnose, type Facts } from '../doctor/diagnose.ts';
import { readFreeBytes, readOpenFiles } from '../doctor/machine-facts.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Shell } from '../shell.ts';
import { type Colours, coloursOf } from '../text/colours.ts';
import type { Invocation } from './command.ts';
import { doctorFlags } from './flags.ts';

const exitUnwell = 1;

/** `trawl doctor`: exits 1 when something must be mended first. */
export const doctor = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const settings = settingsOf(doctorFlags, invocation);
  const dataDir = resolve(shell.cwd, settings.dataDir);
  const [openFiles, freeBytes] = await Promise.all([readOpenFiles(), readFreeBytes(dataDir)]);
  const diagnoses = diagnose({
    nodeVersion: shell.nodeVersion,
    concurrency: settings.concurrency,
    dataDir,
    ...(openFiles === undefined ? {} : { openFiles }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
    redis: await examineRedis(settings, shell),
  });
  const lines = settings.json
    ? diagnoses.map((one) => JSON.stringify(one))
    : diagnoses.flatMap((one) => diagnosisLines(one, coloursOf(shell.stdout, shell.variables)));
  shell.stdout.write(`${lines.join('\n')}\n`);
  return diagnoses.some(({ verdict }) => verdict === 'bad') ? exitUnwell : exitCodes.ok;
};

async function examineRedis(
  place: { redisUrl: string; redisCa: string; dataDir: string },
  shell: Shell,
): Promise<Facts['redis']> {
  try {
    return await withRedis(place, shell, async ({ redis, url, embedded }) => {
      const clock = await redisClock(redis);
      clock.stop();
      const at = `${placeOf(parseRedisUrl(url))}${embedded === undefined ? '' : ' (its own, in the data directory)'}`;
      return { kind: 'answers', at, report: await checkRedis(redis), offsetMs: clock.offsetMs };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'unusable', message: error.message, remedy: error.remedy };
  }
}

function diagnosisLines({ what, verdict, says, remedy }: Diagnosis, colours: Colours): string[] {
  const marks: Record<Diagnosis['verdict'], string> = {
    ok: colours.green('ok  '),
    warn: colours.yellow('warn'),
    bad: colours.red('BAD '),
  };
  const remedies = remedy?.split('\n').map((line) => `        ${line}`) ?? [];
  return [`${marks[verdict]}  ${what}: ${says}`, ...remedies];
}
