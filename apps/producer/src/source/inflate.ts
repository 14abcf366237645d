import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { UserError } from '@trawl/shared/platform/user-error.ts';

export type CompressedBytes = {
  path: string;
  format: 'gzip' | 'zstd';
  chunks: AsyncIterable<Buffer>;
  /** The writer of the bytes may have died: an end in their middle is taken as the end. */
  isCutOff: boolean;
};

type Decoder = Gunzip | ZstdDecompress;

const inflatedChunkBytes = 256 * 1024;

/** All members or frames of a compressed stream. Throws UserError with file and place when it is damaged. */
export async function* inflate({ path, format, chunks, isCutOff }: CompressedBytes): AsyncGenerator<Buffer> {
  const input = chunks[Symbol.asyncIterator]();
  let doneBytes = 0;
  let rest: Buffer | undefined;
  do {
    const decoder = createDecoder(format);
    const fed = feed(decoder, rest, input);
    fed.catch((error: Error) => decoder.destroy(error));
    try {
      yield* decoder as AsyncIterable<Buffer>;
    } catch (error) {
      if (isCutOff && (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return;
      throw isDamage(error) ? damaged(path, doneBytes + decoder.bytesWritten, error) : error;
    } finally {
      decoder.destroy();
    }
    doneBytes += decoder.bytesWritten;
    rest = await fed;
    // The gunzip of Node goes on over members by itself and stops only at padding; its zstd stops after a frame.
  } while (rest !== undefined && format === 'zstd');
}

function createDecoder(format: 'gzip' | 'zstd'): Decoder {
  const options = { chunkSize: inflatedChunkBytes };
  return format === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
}

/**
 * Writes each chunk when the one before is used up, so that it is known what a decoder that ended has left over.
 * @returns the bytes after the decoder's end; undefined when the input is used up
 */
async function feed(
  decoder: Decoder,
  first: Buffer | undefined,
  input: AsyncIterator<Buffer>,
): Promise<Buffer | undefined> {
  let givenBytes = 0;
  for (let chunk = first ?? (await nextChunk(input)); chunk !== undefined; chunk = await nextChunk(input)) {
    const isEnded = (await useUp(decoder, chunk)) === 'ended';
    const left = chunk.subarray(decoder.bytesWritten - givenBytes);
    if (left.length > 0) return left;
    if (isEnded) return nextChunk(input);
    givenBytes += chunk.length;
  }
  decoder.end();
  return undefined;
}

async function nextChunk(input: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const { value, done } = await input.next();
  return done ? undefined : value;
}

/** A decoder that ends amid a chunk may say that it has written it, or nothing. */
function useUp(decoder: Decoder, chunk: Buffer): Promise<'written' | 'ended'> {
  return new Promise((resolve) => {
    const ended = (): void => resolve('ended');
    decoder.once('end', ended).once('close', ended);
    decoder.write(chunk, () => {
      decoder.off('end', ended).off('close', ended);
      resolve('written');
    });
  });
}

function isDamage(error: unknown): error is NodeJS.ErrnoException {
  return /^(Z_|ZSTD_)/.test((error as NodeJS.ErrnoException).code ?? '');
}

function damaged(path: string, atBytes: number, error: NodeJS.ErrnoException): UserError {
  const where = `near byte ${atBytes} of the compressed data`;
  return error.code === 'Z_BUF_ERROR'
    ? new UserError(
        `${path} ends too early: it is cut off ${where}`,
        'Copy or download the file again, and start a new run.',
      )
    : new UserError(
        `${path} is damaged ${where}: ${error.message}`,
        'Copy or download the file again, and start a new run.',
      );
}
