import type { Socket } from 'node:net';
import type { CutShort } from '@trawl/shared/domain/fetch-outcome.ts';
import { AnswerHeads } from './answer-heads.ts';

/** Whose answer a connection brings at the moment. */
export type WireReader = {
  /** Bytes of all heads of the answer together. */
  readonly maxHeadBytes: number;
  /** The first bytes of an answer are there. */
  onAnswerBegins: () => void;
  /** The answer is not to be taken any further. */
  onRefused: (why: CutShort) => void;
  /** May the answer go on, when this many bytes have come behind its head, all framing included? */
  allowsBytes: (bytes: number) => boolean;
};

/**
 * Stands between a socket and undici's parser. It sees every byte, so that limits hold for what the parser does not count, and
 * knows how the socket ended, which undici does not always tell.
 */
export class Wire {
  /** What ended the socket, if it was not simply closed. */
  error: Error | undefined;
  #reader: WireReader | undefined;
  #heads: AnswerHeads | undefined;
  #bytesBehindHead = 0;

  /** Must be called before undici listens: it then knows of an error first. */
  watch(socket: Socket): void {
    this.error = undefined;
    socket.on('error', (error) => {
      this.error ??= error;
    });
    const read = socket.read.bind(socket) as (bytes?: number) => Buffer | null;
    socket.read = (bytes) => {
      for (;;) {
        const chunk = read(bytes);
        if (chunk === null) return null;
        const passed = this.#pass(chunk);
        if (passed !== undefined) return passed;
      }
    };
    // A parser that pauses gives back what it has not parsed, and reads it again.
    const unshift = socket.unshift.bind(socket);
    socket.unshift = (chunk) => {
      this.#bytesBehindHead -= (chunk as Buffer).length;
      return unshift(chunk);
    };
  }

  begin(reader: WireReader): void {
    this.#reader = reader;
    this.#heads = new AnswerHeads(reader.maxHeadBytes);
    this.#bytesBehindHead = 0;
  }

  end(): void {
    this.#reader = undefined;
  }

  #pass(chunk: Buffer): Buffer | undefined {
    const reader = this.#reader;
    const heads = this.#heads;
    if (reader === undefined || heads === undefined) return chunk;
    if (!heads.isOver) {
      reader.onAnswerBegins();
      const passed = heads.take(chunk);
      if (typeof passed !== 'string') return passed;
      reader.onRefused(passed);
      return undefined;
    }
    this.#bytesBehindHead += chunk.length;
    if (reader.allowsBytes(this.#bytesBehindHead)) return chunk;
    reader.onRefused('too-large');
    return undefined;
  }
}
