import { Duplex } from 'node:stream';
import type { ZstdDecompress } from 'node:zlib';

const magic = 0xfd2fb528;
const blockHeaderBytes = 3;
const runLengthBlock = 1;
const checksumBytes = 4;

/** Length of the frame that the bytes begin with (RFC 8878 section 3.1.1); undefined when they do not hold it as a whole. */
export const zstdFrameBytes = (bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 5 || view.getUint32(0, true) !== magic) return undefined;
  const descriptor = view.getUint8(4);
  let at = 5 + headerFieldBytes(descriptor);
  for (let isLast = false; !isLast; ) {
    if (at + blockHeaderBytes > bytes.length) return undefined;
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (block & 1) === 1;
    at += blockHeaderBytes + (((block >> 1) & 3) === runLengthBlock ? 1 : block >> 3);
  }
  if ((descriptor & 4) !== 0) at += checksumBytes;
  return at <= bytes.length ? at : undefined;
};

/** Window, dictionary and content size, as the descriptor announces them. */
const headerFieldBytes = (descriptor: number): number => {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
};

/** Node's decoder ends with a frame; a body may have several. This one goes on until the body ends. */
export class ZstdFrames extends Duplex {
  readonly #create: () => ZstdDecompress;
  #decoder: ZstdDecompress | undefined;
  /** Of the decoder: what it was given. */
  #givenBytes = 0;
  #onEnded: (() => void) | undefined;
  #onClosed: (() => void) | undefined;

  constructor(create: () => ZstdDecompress) {
    super();
    this.#create = create;
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    void this.#writeChunk(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    const decoder = this.#decoder;
    if (decoder === undefined) {
      this.push(null);
      return callback();
    }
    // A frame that is not whole fails here.
    this.#onEnded = () => {
      this.push(null);
      callback();
    };
    decoder.end();
  }

  override _read(): void {
    this.#decoder?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#decoder?.destroy();
    callback(error);
  }

  async #writeChunk(chunk: Buffer, callback: (error?: Error | null) => void): Promise<void> {
    try {
      await this.#decode(chunk);
    } catch (error) {
      return callback(error as Error);
    }
    callback();
  }

  async #decode(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0 && !this.destroyed; ) {
      const decoder = this.#decoder ?? this.#begin();
      const isEnded = (await this.#feed(decoder, rest)) === 'ended';
      const used = Math.min(rest.length, decoder.bytesWritten - this.#givenBytes);
      if (used === 0 && !this.destroyed) throw new Error('a decoder takes nothing');
      this.#givenBytes += rest.length;
      rest = rest.subarray(used);
      if (isEnded || rest.length > 0) this.#decoder = undefined;
    }
  }

  #begin(): ZstdDecompress {
    const decoder = this.#create();
    this.#decoder = decoder;
    this.#givenBytes = 0;
    decoder.on('data', (inflated: Buffer) => {
      if (!this.push(inflated)) decoder.pause();
    });
    decoder.on('error', (error) => this.destroy(error));
    decoder.on('end', () => this.#onEnded?.());
    decoder.on('close', () => this.#onClosed?.());
    return decoder;
  }

  /** A decoder that ends amid a chunk may say that it has written it, or nothing. */
  #feed(decoder: ZstdDecompress, bytes: Buffer): Promise<'written' | 'ended'> {
    return new Promise((resolve) => {
      this.#onEnded = () => resolve('ended');
      this.#onClosed = this.#onEnded;
      decoder.write(bytes, () => resolve('written'));
    });
  }
}
