import { UserError } from '@trawl/shared/platform/user-error.ts';
import { openSpool } from './follow-spool.ts';
import { inflate } from './inflate.ts';
import { openFile } from './open-file.ts';
import { readChunks } from './read-chunks.ts';
import { type ByteFormat, byteOrderMarkBytes, recogniseBytes } from './recognise-bytes.ts';
import type { SourceOptions } from './source.ts';

export type SourceBytes = {
  /** Inflated, without a byte order mark. */
  chunks: AsyncIterable<Buffer>;
  /** Byte of the file at which the chunks begin. */
  startOffset: number;
  /** Offsets in `chunks` are offsets in the file. */
  isSeekable: boolean;
  /** The writer of the file died: its last line may be the half of one. */
  isCutOff: boolean;
  close: () => Promise<void>;
};

export type BytesToOpen = { path: string; offset: number; options: SourceOptions; isSpool: boolean };

/** @param wanted.offset where to begin; above 0 only in files that turned out seekable before */
export const openBytes = async ({ path, offset, options, isSpool }: BytesToOpen): Promise<SourceBytes> => {
  const file = await openFile(path);
  const close = (): Promise<void> => file.close();
  try {
    const { holdsMoreThan, isCutOff } = isSpool ? await openSpool(path, options) : { isCutOff: false };
    const chunks = readChunks(file, offset, holdsMoreThan);
    if (offset > 0) return { chunks, startOffset: offset, isSeekable: true, isCutOff, close };
    const { format, all } = await readHead(chunks);
    return { ...plainBytes({ path, format, all, isCutOff }), isCutOff, close };
  } catch (error) {
    await close();
    throw error;
  }
};

type Recognised = { path: string; format: ByteFormat; all: AsyncIterable<Buffer>; isCutOff: boolean };

function plainBytes({ path, format, all, isCutOff }: Recognised): Omit<SourceBytes, 'close' | 'isCutOff'> {
  switch (format) {
    case 'plain':
      return { chunks: all, startOffset: 0, isSeekable: true };
    case 'utf-8-bom':
      return { chunks: withoutFirst(all, byteOrderMarkBytes), startOffset: byteOrderMarkBytes, isSeekable: true };
    case 'gzip':
    case 'zstd':
      return {
        chunks: withoutMark(inflate({ path, format, chunks: all, isCutOff })),
        startOffset: 0,
        isSeekable: false,
      };
    case 'utf-16':
      throw new UserError(
        `${path} is UTF-16 text, not UTF-8`,
        'Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8',
      );
    case 'xz':
    case 'zip':
    case 'bzip2':
      throw new UserError(`${path} is a ${format} file; .gz and .zst can be read`, 'Unpack it first.');
  }
}

/** Reads as little as tells the format, so that somebody who types is not kept waiting. */
async function readHead(chunks: AsyncGenerator<Buffer>): Promise<{ format: ByteFormat; all: AsyncIterable<Buffer> }> {
  let head = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await chunks.next();
    head = value === undefined ? head : Buffer.concat([head, value]);
    const format = recogniseBytes(head, done === true);
    if (format !== 'unclear') return { format, all: startingWith(head, chunks) };
  }
}

async function* startingWith(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* withoutFirst(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (chunk.length > skipped) yield chunk.subarray(skipped);
  }
}

/** A byte order mark may also hide inside the compressed data. */
async function* withoutMark(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { format, all } = await readHead(chunks);
  yield* format === 'utf-8-bom' ? withoutFirst(all, byteOrderMarkBytes) : all;
}
