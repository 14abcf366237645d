import { access, constants, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDiskTrouble } from '@trawl/shared/platform/disk-trouble.ts';

const lookEveryMs = 1000;
/** Redis writes more than this at once. */
const leastFreeBytes = 128 * 1024;

/**
 * Tells the user when a data directory cannot be written, and when it can be again, until `stop` aborts: the logs of those who wait for
 * it may lie there as well.
 * @param troubleOf what is wrong with it now, as a clause
 */
export const watchDataDirectory = async (
  dir: string,
  { notice, stop, troubleOf = troubleIn, pause = pauseUntil }: Watching,
): Promise<void> => {
  let told: string | undefined;
  while (!stop.aborted) {
    const trouble = await troubleOf(dir);
    if (trouble !== undefined && trouble !== told)
      notice(`The data directory cannot be written: ${trouble}. Nothing is lost; what needs it waits until it can.`);
    if (trouble === undefined && told !== undefined) notice('The data directory can be written again.');
    told = trouble;
    await pause(lookEveryMs, stop);
  }
};

type Watching = {
  notice: (text: string) => void;
  stop: AbortSignal;
  troubleOf?: (dir: string) => Promise<string | undefined>;
  pause?: typeof pauseUntil;
};

const pauseUntil = (ms: number, stop: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal: stop }).catch(() => undefined);

async function troubleIn(dir: string): Promise<string | undefined> {
  for (const place of ['.', 'redis', 'bodies', join('bodies', 'tmp')]) {
    const refusal = await access(join(dir, place), constants.W_OK | constants.X_OK).catch((error: unknown) => error);
    if (isDiskTrouble(refusal)) return refusal.message;
  }
  const room = await statfs(dir).catch(() => undefined);
  return room !== undefined && room.bavail * room.bsize < leastFreeBytes ? `no room is left for ${dir}` : undefined;
}
