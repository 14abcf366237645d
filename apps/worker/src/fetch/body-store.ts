import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { access, mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/**
 * Bodies as files named by their content: `<dir>/ab/cd/<sha256>`. The same body is kept once, however often it is fetched, and a
 * file that stands under its name is complete: it was renamed into place. Disk errors are thrown: they are ours, not the host's.
 */
export type BodyStore = {
  /** @returns the path below the directory */
  put: (bytes: Uint8Array, sha256: string) => Promise<string>;
  begin: (onReady: () => void) => BodyDraft;
};

/** A body on its way to its file; its name is known at its end. */
export type BodyDraft = {
  write: (chunk: Uint8Array) => boolean;
  finish: (sha256: string) => Promise<string>;
  discard: () => void;
};

export const createBodyStore = (dir: string): BodyStore => {
  makeDirectory(join(dir, 'tmp'));
  const draftPath = (): string => join(dir, 'tmp', randomUUID());

  const put = async (bytes: Uint8Array, sha256: string): Promise<string> => {
    if (await exists(join(dir, pathOf(sha256)))) return pathOf(sha256);
    const draft = draftPath();
    await writeFile(draft, bytes);
    return moveIntoPlace(dir, draft, sha256);
  };

  const begin = (onReady: () => void): BodyDraft => {
    const draft = draftPath();
    const stream = createWriteStream(draft);
    let failure: Error | undefined;
    stream.on('drain', onReady);
    stream.on('error', (error) => {
      failure = error;
      // No drain will come: the rest of the body is let through, and finish tells.
      onReady();
    });
    return {
      write: (chunk) => failure !== undefined || stream.write(chunk),
      finish: async (sha256) => {
        await new Promise<void>((resolve, reject) => {
          if (failure) return reject(failure);
          stream.once('error', reject);
          stream.end(resolve);
        });
        return moveIntoPlace(dir, draft, sha256);
      },
      discard: () => {
        stream.once('close', () => void unlink(draft).catch(() => undefined));
        stream.destroy();
      },
    };
  };

  return { put, begin };
};

const makeDirectory = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = 'Let this user write there, or name another place by --data-dir / TRAWL_DATA_DIR.';
    throw new UserError(`${path}: the directory for bodies cannot be made (${code ?? message}).`, remedy);
  }
};

const pathOf = (sha256: string): string => join(sha256.slice(0, 2), sha256.slice(2, 4), sha256);

const moveIntoPlace = async (dir: string, draft: string, sha256: string): Promise<string> => {
  const target = join(dir, pathOf(sha256));
  await mkdir(dirname(target), { recursive: true });
  await rename(draft, target);
  return pathOf(sha256);
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
