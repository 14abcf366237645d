import { access } from 'node:fs/promises';
import type { SourceOptions } from './source.ts';
import { completeMarkerOf } from './stdin-spool.ts';

export type SpoolReading = {
  /** Present while this process is still filling the spool. */
  holdsMoreThan?: (offset: number) => Promise<boolean>;
  /** Whoever filled the spool died before its input ended. */
  isCutOff: boolean;
};

/** How a spool is to be read: along with its writer in this process, or as the file that an earlier one left. */
export const openSpool = async (path: string, { stdin, warn, stop }: SourceOptions): Promise<SpoolReading> => {
  if (stdin?.path === path)
    return { holdsMoreThan: (offset) => unlessStopped(() => stdin.holdsMoreThan(offset), stop), isCutOff: false };
  if (await exists(completeMarkerOf(path))) return { isCutOff: false };
  warn?.(`${path} holds only the part of stdin that had been read when its reader ended; the run covers that part`);
  return { isCutOff: true };
};

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function unlessStopped<T>(wait: () => Promise<T>, stop: AbortSignal | undefined): Promise<T> {
  if (stop === undefined) return wait();
  stop.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(stop.reason as Error);
  stop.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([wait(), stopped]);
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}
