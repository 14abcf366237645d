import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isDiskFull, isDiskTrouble } from '@trawl/shared/platform/disk-trouble.ts';
import type { Log } from '@trawl/shared/platform/silent-log.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** An input that cannot be read twice, on its way into a file that can. */
export type StdinSpool = {
  path: string;
  /**
   * Resolves with true once the file holds bytes beyond the offset, with false when the input has ended there.
   * Rejects when the input or the file failed, or the spool was closed before the input ended.
   */
  holdsMoreThan: (offset: number) => Promise<boolean>;
  /** Resolves when all of the input and its end are on disk; rejects as `holdsMoreThan` does. */
  complete: Promise<void>;
  /** Stops reading the input. Resolves when the file is closed. */
  close: () => Promise<void>;
};

/** Exists once the spool holds all of the input. */
export const completeMarkerOf = (path: string): string => `${path}.complete`;

/**
 * Starts to copy `input` into the new file `path`. Every byte is in the file before it can be read from there. What the disk does not take is
 * kept, and the input waits: it cannot be had twice.
 */
export const openStdinSpool = async (options: { input: Readable; path: string; log: Log }): Promise<StdinSpool> => {
  const { input, path } = options;
  const closing = new AbortController();
  const patiently = createPatience(options.log, path, closing.signal);
  // 'wx': two inputs never mix in a file. 0600: a list of URLs may carry secrets. A right that is missing now is told at once.
  const file = await patiently(isDiskFull, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx', 0o600);
  });
  const growth = createGrowth();
  const write: Write = (bytes) => patiently(isDiskTrouble, async () => (await file.write(bytes)).bytesWritten);
  const complete = copyInto({ file, write, grow: growth.grow }, input)
    .then(() => patiently(isDiskTrouble, () => writeFile(completeMarkerOf(path), '')))
    .then(growth.end, (error: Error) => {
      const failure = failureOf(path, error);
      growth.fail(failure);
      throw failure;
    });
  const settled = complete.catch(() => undefined);
  const close = async (): Promise<void> => {
    closing.abort();
    input.destroy();
    await settled;
  };
  return { path, holdsMoreThan: growth.holdsMoreThan, complete, close };
};

type Write = (bytes: Buffer) => Promise<number>;

/** Does it again each second while the disk is in such trouble, until the signal aborts; says so once. */
const createPatience =
  (log: Log, path: string, closing: AbortSignal) =>
  async <T>(isPassing: (error: unknown) => boolean, act: () => Promise<T>): Promise<T> => {
    for (let isTold = false; ; isTold = true) {
      try {
        const done = await act();
        if (isTold) log.info({ path }, 'stdin is kept again');
        return done;
      } catch (error) {
        if (closing.aborted || !isPassing(error)) throw error;
        if (!isTold) log.error({ err: error, path }, 'stdin cannot be kept: waiting');
        await delay(tryAgainMs, undefined, { signal: closing }).catch(() => undefined);
      }
    }
  };

const tryAgainMs = 1000;

async function copyInto(
  { file, write, grow }: { file: FileHandle; write: Write; grow: (bytes: number) => void },
  input: Readable,
): Promise<void> {
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk as Buffer | string);
      for (let done = 0; done < bytes.length; ) {
        const written = await write(bytes.subarray(done));
        grow(written);
        done += written;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** How far the file has grown, and who waits to hear of it. */
function createGrowth() {
  let sizeBytes = 0;
  let ending: { failure: Error | undefined } | undefined;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    const heard = news;
    news = Promise.withResolvers();
    heard.resolve();
  };
  return {
    grow: (bytes: number): void => {
      sizeBytes += bytes;
      tell();
    },
    end: (): void => {
      ending = { failure: undefined };
      tell();
    },
    fail: (failure: Error): void => {
      ending = { failure };
      tell();
    },
    holdsMoreThan: async (offset: number): Promise<boolean> => {
      while (sizeBytes <= offset && ending === undefined) await news.promise;
      if (sizeBytes > offset) return true;
      if (ending?.failure !== undefined) throw ending.failure;
      return false;
    },
  };
}

function failureOf(path: string, error: Error): Error {
  if (isDiskFull(error))
    return new UserError(`No space is left to keep stdin in ${path}`, 'Make room, or give the list as a file.');
  return new Error(`stdin ended before its end was read: ${error.message}`, { cause: error });
}
