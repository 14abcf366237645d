import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { SourceIdentity, SourceSpec } from '@trawl/shared/domain/run.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { openFile } from './open-file.ts';
import { readChunks } from './read-chunks.ts';

const wholeUpToBytes = 256 * 1024 ** 2;
const blockBytes = 64 * 1024;
const blocks = 1024;

/**
 * Size and sha256 of a file: of the whole file up to 256 MiB; of a larger one 1,024 blocks of 64 KiB, spread evenly
 * from its first byte to its last. A change of a large file that keeps its size and falls between the blocks is not seen.
 * Throws UserError when the file cannot be read.
 */
export const readSourceIdentity = async (path: string): Promise<SourceIdentity> => {
  const file = await openFile(path);
  try {
    const { size: sizeBytes } = await file.stat();
    return { sizeBytes, sha256: await (sizeBytes <= wholeUpToBytes ? hashWhole(file) : hashBlocks(file, sizeBytes)) };
  } finally {
    await file.close();
  }
};

/** Throws UserError when the source is no longer the file that the run began with, or is gone. */
export const refuseChangedSource = async (spec: SourceSpec): Promise<void> => {
  if (spec.kind === 'urls' || spec.identity === undefined) return;
  const now = await readSourceIdentity(spec.path);
  const then = spec.identity;
  if (now.sizeBytes === then.sizeBytes && now.sha256 === then.sha256) return;
  const what =
    now.sizeBytes === then.sizeBytes
      ? 'its content differs'
      : `it had ${then.sizeBytes} bytes and has ${now.sizeBytes}`;
  throw new UserError(
    `${spec.path} has changed since the run began: ${what}`,
    'Bring the old file back to go on with this run, or start a new run with the new one.',
  );
};

async function hashWhole(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(file, 0)) hash.update(chunk);
  return hash.digest('hex');
}

async function hashBlocks(file: FileHandle, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  const space = Buffer.allocUnsafe(blockBytes);
  for (let i = 0; i < blocks; i += 1) {
    const offset = Math.floor(((sizeBytes - blockBytes) * i) / (blocks - 1));
    const { bytesRead } = await file.read(space, 0, blockBytes, offset);
    hash.update(space.subarray(0, bytesRead));
  }
  return hash.digest('hex');
}
