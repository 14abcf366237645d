import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
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

/** Starts to copy `input` into the new file `path`. Every byte is in the file before it can be read from there. */
export const openStdinSpool = async (options: { input: Readable; path: string }): Promise<StdinSpool> => {
  const { input, path } = options;
  await mkdir(dirname(path), { recursive: true });
  // 'wx': two inputs never mix in a file. 0600: a list of URLs may carry secrets.
  const file = await open(path, 'wx', 0o600);
  const growth = createGrowth();
  const complete = copyInto(file, input, growth.grow)
    .then(() => writeFile(completeMarkerOf(path), ''))
    .then(growth.end, (error: Error) => {
      const failure = failureOf(path, error);
      growth.fail(failure);
      throw failure;
    });
  const settled = complete.catch(() => undefined);
  const close = async (): Promise<void> => {
    input.destroy();
    await settled;
  };
  return { path, holdsMoreThan: growth.holdsMoreThan, complete, close };
};

async function copyInto(file: FileHandle, input: Readable, grow: (bytes: number) => void): Promise<void> {
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk as Buffer | string);
      await file.appendFile(bytes);
      grow(bytes.length);
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

function failureOf(path: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new UserError(`No space is left to keep stdin in ${path}`, 'Make room, or give the list as a file.');
  return new Error(`stdin ended before its end was read: ${error.message}`, { cause: error });
}
