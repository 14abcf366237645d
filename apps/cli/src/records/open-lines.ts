import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const lineFeed = 10;

/** A line without its line feed; `isWhole` is false for a last one that has none. */
export type FileLine = { text: string; isWhole: boolean };

/**
 * The lines of a file, inflated if it is compressed (told by its first bytes), in flat memory. What a writer that died has left of a
 * compressed file ends it; other errors of reading reject.
 */
export async function* openLines(path: string): AsyncGenerator<FileLine[]> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of await openInflated(path)) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = bytes.lastIndexOf(lineFeed);
    held = bytes.subarray(end + 1);
    if (end >= 0)
      yield bytes
        .toString('utf8', 0, end)
        .split('\n')
        .map((text) => ({ text, isWhole: true }));
  }
  if (held.length > 0) yield [{ text: held.toString('utf8'), isWhole: false }];
}

/** The bytes of a file, inflated if it is compressed. */
export const openInflated = async (path: string): Promise<AsyncIterable<Buffer>> => {
  const head = await readHead(path);
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (head.startsWith('1f8b')) return untilCut(raw, createGunzip({ chunkSize: 256 * 1024 }));
  if (head === '28b52ffd') return untilCut(raw, createZstdDecompress({ chunkSize: 256 * 1024 }));
  return raw as AsyncIterable<Buffer>;
};

async function readHead(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('hex', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* untilCut(raw: Readable, decoder: NodeJS.ReadWriteStream): AsyncGenerator<Buffer> {
  raw.once('error', (error) => (decoder as unknown as Readable).destroy(error));
  raw.pipe(decoder);
  try {
    yield* decoder as unknown as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
  } finally {
    raw.destroy();
  }
}
