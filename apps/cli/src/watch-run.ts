import { setTimeout as delay } from 'node:timers/promises';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';

/** Five looks a second: a person sees it move, and Redis does not notice. */
const lookEveryMs = 200;

/**
 * Looks at a run until `isOver` says so. Resolves with the last look, or with undefined when `stop` aborted first; does not
 * wait for a Redis that is gone. Rejects with RunGone.
 */
export const watchRun = async <T extends RunStatus>(
  run: string,
  look: () => Promise<T | undefined>,
  options: { onLook: (status: T) => void; isOver: (status: T) => boolean; stop: AbortSignal },
): Promise<T | undefined> => {
  const { stop } = options;
  const stopped = new Promise<'stopped'>((resolve) =>
    stop.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
  while (!stop.aborted) {
    const status = await Promise.race([look(), stopped]);
    if (status === 'stopped') return undefined;
    if (status === undefined) throw new RunGone(run);
    options.onLook(status);
    if (options.isOver(status)) return status;
    await delay(lookEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return undefined;
};
