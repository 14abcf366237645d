import { setTimeout as delay } from 'node:timers/promises';
import type { RunStatus } from '@trawl/shared/domain/run.ts';

/** Five looks a second: a person sees it move, and Redis does not notice. */
const lookEveryMs = 200;

/**
 * Looks at a run until `isOver` says so. Resolves with the last look, or with undefined when `stop` aborted first; does not wait for a
 * Redis that is gone.
 */
export const watchRun = async (
  look: () => Promise<RunStatus | undefined>,
  options: { onLook: (status: RunStatus) => void; isOver: (status: RunStatus) => boolean; stop: AbortSignal },
): Promise<RunStatus | undefined> => {
  const { stop } = options;
  const stopped = new Promise<undefined>((resolve) =>
    stop.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  while (!stop.aborted) {
    const status = await Promise.race([look(), stopped]);
    if (status === undefined) return undefined;
    options.onLook(status);
    if (options.isOver(status)) return status;
    await delay(lookEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return undefined;
};
