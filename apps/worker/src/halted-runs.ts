import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { type Halt, readHaltedRuns } from '@trawl/shared/frontier/run-control.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

export type HaltedRuns = {
  /** Undefined: its URLs may start. `paused` as well where what is known is too old: a process that stood still asks first. */
  of: (run: string) => Halt | undefined;
  /** Aborts when the run is cancelled, and when this worker stops: for what is in flight. */
  stopOf: (run: string) => AbortSignal;
  close: () => void;
};

export type HaltedRunsOptions = {
  redis: Redis;
  /** A connection that does nothing else. */
  listener: Redis;
  shard: Shard;
  /** Aborts: everything in flight is to end. */
  stopping: AbortSignal;
  log: Logger;
  /** Monotonic ms. */
  now: () => number;
};

/** What the channel says is heard at once; what it said while a connection was lost is seen at the next look. */
const lookEveryMs = 500;
/** Beyond this, a run may have been cancelled long ago. */
const knownForMs = 2000;
/** Runs whose signals are kept; those unused for longest go first, and have nothing in flight any more. */
const mostSignals = 1000;

/** Knows which runs are paused or cancelled. Resolves after the first look. */
export const followHaltedRuns = async (options: HaltedRunsOptions): Promise<HaltedRuns> => {
  const { redis, listener, shard, stopping, log, now } = options;
  const signals = new Map<string, AbortController>();
  let [halted, knownAtMs]: [Map<string, Halt>, number] = [new Map(), 0];
  const look = async (): Promise<void> => {
    const atMs = now();
    [halted, knownAtMs] = [await readHaltedRuns(redis, shard), atMs];
  };
  await look();
  const closing = new AbortController();
  const news = await listenForNews(listener, keysOf(shard).runControl, closing.signal);

  const abortCancelled = (): void => {
    for (const [run, halt] of halted) if (halt === 'cancelled') signals.get(run)?.abort();
  };
  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await news.wait(lookEveryMs);
      if (closing.signal.aborted) return;
      try {
        await look();
        abortCancelled();
      } catch (err) {
        if (!closing.signal.aborted) log.warn({ err }, 'halted runs could not be read');
      }
    }
  };
  stopping.addEventListener('abort', () => signals.forEach((controller) => controller.abort()), { once: true });
  void follow();

  return {
    of: (run) => halted.get(run) ?? (now() - knownAtMs > knownForMs ? 'paused' : undefined),
    stopOf: (run) => {
      const controller = signals.get(run) ?? new AbortController();
      if (stopping.aborted || halted.get(run) === 'cancelled') controller.abort();
      signals.delete(run);
      signals.set(run, controller);
      const oldest = signals.size > mostSignals ? signals.keys().next().value : undefined;
      if (oldest !== undefined) signals.delete(oldest);
      return controller.signal;
    },
    close: () => {
      closing.abort();
      news.close();
    },
  };
};
