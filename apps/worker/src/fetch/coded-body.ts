import type { Duplex } from 'node:stream';
import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import { type ContentCoding, createInflater, inflateAtOnce, knownByBytes, windowBytesOf } from './content-coding.ts';
import type { InflatePace } from './inflate-pace.ts';
import { KeptBytes } from './kept-bytes.ts';
import type { PlainBody } from './plain-body.ts';

/** A body of this size is inflated in one call, which costs a tenth of a stream. */
const atOnceWireBytes = 16 * 1024;
/** What one call may produce before it is given to a stream after all, which most of what is larger is meant to be. */
const atOnceBodyBytes = 256 * 1024;
/** Brotli's decoder takes its whole window with the first bytes: it begins when most bodies have come as a whole. */
const brotliWireBytes = 256 * 1024;

/** Most bytes of a coded body that are held before a decoder begins. */
export const mostHeldBytes = (codings: ContentCoding[]): number =>
  codings.includes('br') ? brotliWireBytes : atOnceWireBytes;

/** Of one decoder, besides its window: its input, its output twice, its tables. */
const decoderBytes = 192 * 1024;
/** A window fills as its decoder produces: memory is asked for in steps of this. */
const windowStepBytes = 1024 ** 2;

export type CodedBodyTools = {
  /** Makes the receiver of the inflated bytes. */
  createPlain: (events: ReceiverEvents) => PlainBody;
  /** Memory beyond what the body was granted in the beginning; as of MemoryShare. */
  growMemory: (bytes: number, onGranted: () => void) => boolean;
  pace: InflatePace;
  events: ReceiverEvents;
};

/** Undoes the content codings and passes the inflated bytes on; the caps are watched while they flow. */
export class CodedBody implements BodyReceiver {
  readonly #codings: ContentCoding[];
  readonly #plain: PlainBody;
  readonly #tools: CodedBodyTools;
  readonly #held = new KeptBytes();
  /** Of `#held`: beyond, the decoders begin. */
  readonly #mostHeldBytes: number;
  #inflaters: Duplex[] = [];
  #isStreaming = false;
  #isDiscarded = false;
  /** Of the decoders' windows: how large they may grow, and what was asked for. */
  #windowBytes = 0;
  #grantedBytes = 0;
  /** What the inflated bytes wait for: the disk, memory, their pace. */
  #waitsFor = 0;
  #pause: NodeJS.Timeout | undefined;
  /** The coded data is complete, though the host may send more. */
  #hasEnded = false;
  #ending: { resolve: (body: FetchedBody | Promise<FetchedBody>) => void; reject: (error: Error) => void } | undefined;

  constructor(codings: ContentCoding[], tools: CodedBodyTools) {
    this.#codings = codings;
    this.#tools = tools;
    this.#mostHeldBytes = mostHeldBytes(codings);
    this.#plain = tools.createPlain({ onReady: this.#goOn, onFailure: (error) => this.#fail(error) });
  }

  get bodyBytes(): number {
    return this.#plain.bodyBytes;
  }

  write(chunk: Uint8Array): boolean {
    const first = this.#inflaters[0];
    if (first !== undefined) return this.#hasEnded || first.write(chunk);
    this.#held.add(chunk);
    if (this.#isStreaming) return false;
    return this.#held.length <= this.#mostHeldBytes || this.#startStreaming();
  }

  finish(): FetchedBody | Promise<FetchedBody> {
    if (this.#held.length === 0 && !this.#isStreaming) return this.#plain.finish();
    if (!this.#isStreaming && this.#held.length <= atOnceWireBytes) {
      const wire = this.#held.take();
      const bytes = this.#inflateAtOnce(wire);
      if (bytes !== undefined) {
        this.#plain.write(bytes);
        return this.#plain.finish();
      }
      this.#held.add(wire);
    }
    if (this.#hasEnded) return this.#plain.finish();
    return new Promise((resolve, reject) => {
      this.#ending = { resolve, reject };
      if (!this.#isStreaming) this.#startStreaming();
      else this.#inflaters[0]?.end();
    });
  }

  discard(): void {
    this.#isDiscarded = true;
    clearTimeout(this.#pause);
    for (const inflater of this.#inflaters) inflater.destroy();
    this.#held.take();
    this.#plain.discard();
  }

  /** Undefined when it would grow too large for one call. */
  #inflateAtOnce(wire: Uint8Array): Uint8Array | undefined {
    try {
      return this.#codings.reduce((bytes, coding) => inflateAtOnce(coding, bytes, atOnceBodyBytes), wire);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw new BodyCut('bad-encoding', error);
    }
  }

  /** The decoders begin when they have their memory. */
  #startStreaming(): boolean {
    this.#isStreaming = true;
    const head = this.#held.take();
    this.#held.add(head);
    const windows = this.#codings.map((coding, i) => windowBytesOf(coding, i === 0 ? head : undefined));
    this.#windowBytes = windows.reduce((sum, bytes) => sum + bytes, 0);
    // The windows of inner codings fill unseen, and that of Brotli at once: they are counted as full.
    this.#grantedBytes = this.#windowBytes - (this.#codings.at(-1) === 'br' ? 0 : (windows.at(-1) ?? 0));
    const bytes = decoderBytes * this.#codings.length + this.#grantedBytes;
    const begin = (): boolean => this.#isDiscarded || this.#begin();
    return this.#tools.growMemory(bytes, () => begin() && this.#tools.events.onReady()) && begin();
  }

  #begin(): boolean {
    const head = this.#held.take();
    const first = this.#addInflater(0, head);
    const isReady = first.write(head);
    if (this.#ending) first.end();
    else first.on('drain', this.#tools.events.onReady);
    return isReady;
  }

  /** The decoder of a coding, and behind it that of the next, which is chosen by the first bytes that come out of this. */
  #addInflater(i: number, head: Uint8Array): Duplex {
    const inflater = createInflater(this.#codings[i] as ContentCoding, head);
    this.#inflaters.push(inflater);
    inflater.on('error', (error) => this.#fail(new BodyCut('bad-encoding', error)));
    if (i === this.#codings.length - 1) this.#takeOutputOf(inflater);
    else this.#feedNext(inflater, i + 1);
    return inflater;
  }

  #feedNext(inflater: Duplex, i: number): void {
    const head = new KeptBytes();
    const begin = (): void => {
      inflater.off('data', onData).off('end', begin);
      const bytes = head.take();
      const next = this.#addInflater(i, bytes);
      next.write(bytes);
      if (inflater.readableEnded) next.end();
      else inflater.pipe(next);
    };
    const onData = (chunk: Buffer): void => {
      head.add(chunk);
      if (head.length >= knownByBytes) begin();
    };
    inflater.on('data', onData).on('end', begin);
  }

  #takeOutputOf(inflater: Duplex): void {
    inflater.on('data', (chunk: Buffer) => this.#pass(chunk));
    inflater.on('end', () => {
      this.#hasEnded = true;
      this.#ending?.resolve(this.#plain.finish());
    });
    if (this.#waitsFor > 0) inflater.pause();
  }

  #pass(chunk: Buffer): void {
    try {
      const isKept = this.#plain.keepsNext;
      if (!this.#plain.write(chunk)) this.#wait();
      this.#keepPace(chunk.length);
      if (!isKept) freeOwn(chunk);
      if (this.#grantedBytes < this.#windowBytes && this.#plain.bodyBytes > this.#grantedBytes) {
        const stepBytes = Math.min(windowStepBytes, this.#windowBytes - this.#grantedBytes);
        this.#grantedBytes += stepBytes;
        this.#grow(stepBytes);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #keepPace(bytes: number): void {
    const ms = this.#tools.pace.pauseMs(this.#plain.bodyBytes, bytes);
    if (ms === 0) return;
    this.#wait();
    this.#pause = setTimeout(this.#goOn, ms);
  }

  #grow(bytes: number): void {
    if (!this.#tools.growMemory(bytes, this.#goOn)) this.#wait();
  }

  /** Only the last decoder is held back: those before it then fill up. */
  #wait(): void {
    this.#waitsFor++;
    if (this.#inflaters.length === this.#codings.length) this.#inflaters.at(-1)?.pause();
  }

  readonly #goOn = (): void => {
    this.#waitsFor = Math.max(0, this.#waitsFor - 1);
    if (this.#waitsFor === 0 && this.#inflaters.length === this.#codings.length) this.#inflaters.at(-1)?.resume();
  };

  #fail(error: Error): void {
    this.discard();
    if (this.#ending) this.#ending.reject(error);
    else this.#tools.events.onFailure(error);
  }
}

/**
 * What a decoder made and nobody keeps is given back at once. Left to garbage collection, the output of one bomb takes 64 MB, and
 * leaves the memory of the process in pieces. A decoder writes on into a buffer that is not full: such a one is left alone.
 */
const freeOwn = ({ buffer, byteOffset, length }: Buffer): void => {
  if (length > 0 && length * 2 > buffer.byteLength && byteOffset + length === buffer.byteLength)
    (buffer as ArrayBuffer).transfer(0);
};
