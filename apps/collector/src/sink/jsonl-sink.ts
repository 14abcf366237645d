import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { endOfOthers } from './end-of-others.ts';
import { type Encoding, gzippedLines, recordLines } from './record-lines.ts';
import type { OpenSink, Sink, SinkState } from './sink.ts';

/** The file is not as Trawl left it: writing on would lose or repeat records. */
export class FileChanged extends UserError {
  override name = 'FileChanged';
}

/** Another collector may have the run by now, and the file. */
class NoLongerOurs extends Error {
  override name = 'NoLongerOurs';
  override message = 'the lease on the run was lost: nothing is changed in its file';
}

export type FileRights = {
  /** None of its records are acknowledged: what a file holds of it without a state, Redis has forgotten. Absent: some are. */
  unwritten?: string | undefined;
  /** Asked before a regular file is changed; rejects when it belongs to another run. */
  claim: () => Promise<void>;
  /** Asked in the step that changes the file: a process that stood still would cut off, or overwrite, what another has written since. */
  mayChange: () => boolean;
};

/**
 * Appends to a file. State: `{ bytes }`, the length up to the last flush; what lies behind it is cut off when the sink is
 * opened. Writes go to exact positions.
 */
export const openJsonlSink =
  (path: string, { unwritten, claim, mayChange }: FileRights): OpenSink =>
  async (state) => {
    const insist = (): void => {
      if (!mayChange()) throw new NoLongerOurs();
    };
    const file = await openFile(path, acknowledgedBytes(state));
    try {
      const isRegular = (await file.stat()).isFile();
      if (isRegular) await claim();
      const bytes = isRegular ? await cutBack(file, path, { unwritten, state, insist }) : 0;
      return await sinkInto({ file, path, bytes, isRegular, insist });
    } catch (error) {
      await file.close();
      throw error;
    }
  };

type Target = {
  file: FileHandle;
  path: string;
  bytes: number;
  /** Not a pipe or device. */
  isRegular: boolean;
  /** Throws where the file may not be changed any more. */
  insist: () => void;
};

async function sinkInto({ file, path, bytes: startBytes, isRegular, insist }: Target): Promise<Sink> {
  const encode = path.endsWith('.gz') ? gzippedLines : afterNewline(recordLines, await endsInMidLine(file, startBytes));
  let writtenBytes = startBytes;
  let flushedBytes = startBytes;
  return {
    write: async (batch) => {
      const data = await encode(batch);
      insist();
      await writeWhole(file, data, isRegular ? writtenBytes : undefined);
      writtenBytes += data.length;
    },
    flush: async () => {
      if (!isRegular) return;
      const { size } = await file.stat();
      if (size < writtenBytes) {
        insist(); // its next owner may have cut it back
        throw shorter(path, size, writtenBytes);
      }
      await file.datasync();
      flushedBytes = writtenBytes;
    },
    state: () => ({ bytes: flushedBytes }),
    acknowledged: async () => {},
    finish: async () => {},
    close: () => file.close(),
  };
}

/** Not with O_APPEND, which would send every write to the end, whatever its position. */
async function openFile(path: string, expectedBytes: number): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  try {
    return await open(path, O_RDWR);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  if (expectedBytes > 0) throw shorter(path, 0, expectedBytes);
  const made = await mkdir(dirname(path), { recursive: true });
  const file = await open(path, O_RDWR | O_CREAT | O_EXCL);
  await syncDirectory(dirname(path));
  if (made !== undefined) await syncDirectory(dirname(made));
  return file;
}

/** A new file's name must survive a power failure as well. Not every file system lets a directory be synced. */
async function syncDirectory(path: string): Promise<void> {
  try {
    await using directory = await open(path, 'r');
    await directory.sync();
  } catch (error) {
    if (!['EISDIR', 'EINVAL', 'EPERM', 'EACCES'].includes(String(codeOf(error)))) throw error;
  }
}

/** Gives the length from which writing goes on. A file that this run has not written to yet keeps what it holds of others. */
async function cutBack(
  file: FileHandle,
  path: string,
  { unwritten, state, insist }: { unwritten: string | undefined; state: SinkState | undefined; insist: () => void },
): Promise<number> {
  const { size } = await file.stat();
  // Of records in a .gz nothing is to be seen from behind.
  const isSearched = state === undefined && unwritten !== undefined && !path.endsWith('.gz');
  const beforeRun = isSearched ? await endOfOthers(file, size, unwritten) : size;
  insist();
  const bytes = state === undefined ? beforeRun : acknowledgedBytes(state);
  if (size < bytes) throw shorter(path, size, bytes);
  if (size > bytes) await file.truncate(bytes);
  return bytes;
}

function acknowledgedBytes(state: SinkState | undefined): number {
  return Number(state?.['bytes'] ?? 0);
}

async function endsInMidLine(file: FileHandle, bytes: number): Promise<boolean> {
  if (bytes === 0) return false;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, bytes - 1);
  return bytesRead === 1 && buffer.toString() !== '\n';
}

/** Somebody else's last line gets its end before ours begins. */
function afterNewline(encode: Encoding, isMissing: boolean): Encoding {
  let missing = isMissing;
  return async (batch) => {
    const lines = await encode(batch);
    if (!missing) return lines;
    missing = false;
    return Buffer.concat([Buffer.from('\n'), lines]);
  };
}

async function writeWhole(file: FileHandle, data: Buffer, position: number | undefined): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const at = position === undefined ? null : position + done;
    done += (await file.write(data, done, data.length - done, at)).bytesWritten;
  }
}

function shorter(path: string, size: number, expected: number): FileChanged {
  return new FileChanged(
    `${path} has ${size} bytes, but ${expected} bytes of records were written to it.`,
    'Put the file back as it was. Its records are not in Redis any more: without the file, start a new run.',
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
