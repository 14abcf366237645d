import { createHash, type Hash, hash } from 'node:crypto';
import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, BodyEnough, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { BodyDraft, BodyStore } from './body-store.ts';
import { KeptBytes } from './kept-bytes.ts';

/** Up to here one call hashes the whole body, which costs half of a hash object; beyond, only what is kept stays in memory. */
const oneShotBytes = 64 * 1024;

/** Bytes after decompression: how many there may be, and how many stay in memory. */
export type PlainBodyLimits = { maxBodyBytes: number; keptBytes: number; truncates?: true | undefined };

/** Most bytes that a body of this length (undefined: unknown) has in memory. */
export const plainBodyMemory = (limits: PlainBodyLimits, bodyBytes: number | undefined): number =>
  Math.min(Math.max(oneShotBytes, limits.keptBytes), bodyBytes ?? Number.POSITIVE_INFINITY);

/** Counts, hashes and keeps a body without coding: all of it while it is small, then only what the crawl asked for. */
export class PlainBody implements BodyReceiver {
  bodyBytes = 0;
  readonly #limits: PlainBodyLimits;
  readonly #store: BodyStore | undefined;
  readonly #events: ReceiverEvents;
  readonly #kept = new KeptBytes();
  #hash: Hash | undefined;
  #draft: BodyDraft | undefined;

  /** @param store where bodies go that the crawl keeps as files */
  constructor(limits: PlainBodyLimits, store: BodyStore | undefined, events: ReceiverEvents) {
    this.#limits = limits;
    this.#store = store;
    this.#events = events;
  }

  /** Does the next chunk stay in use after `write`? */
  get keepsNext(): boolean {
    return this.#hash === undefined || this.#draft !== undefined || this.#kept.length < this.#limits.keptBytes;
  }

  write(chunk: Uint8Array): boolean {
    this.bodyBytes += chunk.length;
    if (this.bodyBytes > this.#limits.maxBodyBytes) throw this.#tooLarge(chunk);
    if (this.#hash !== undefined) return this.#pass(chunk, this.#hash);
    if (this.bodyBytes > oneShotBytes) return this.#startStreaming(chunk);
    this.#kept.add(chunk);
    return true;
  }

  finish(): FetchedBody | Promise<FetchedBody> {
    const bytes = this.#kept.take();
    const sha256 = this.#hash === undefined ? hash('sha256', bytes) : this.#hash.digest('hex');
    const kept = bytes.length > this.#limits.keptBytes ? this.#firstOf(bytes) : bytes;
    const body = { kept, truncated: kept.length < this.bodyBytes, sha256 };
    if (this.#store === undefined) return body;
    const stored = this.#draft === undefined ? this.#store.put(bytes, sha256) : this.#draft.finish(sha256);
    return stored.then((file) => ({ ...body, file }));
  }

  discard(): void {
    this.#kept.take();
    this.#draft?.discard();
  }

  #tooLarge(chunk: Uint8Array): Error {
    if (this.#limits.truncates === undefined) return new BodyCut('too-large');
    this.#kept.add(chunk.subarray(0, Math.max(0, this.#limits.keptBytes - this.#kept.length)));
    return new BodyEnough({ kept: this.#kept.take(), truncated: true });
  }

  #startStreaming(chunk: Uint8Array): boolean {
    const held = this.#kept.take();
    this.#hash = createHash('sha256');
    this.#draft = this.#store?.begin(this.#events.onReady);
    const isReady = this.#pass(held, this.#hash);
    return this.#pass(chunk, this.#hash) && isReady;
  }

  #pass(chunk: Uint8Array, sum: Hash): boolean {
    sum.update(chunk);
    const missingBytes = this.#limits.keptBytes - this.#kept.length;
    if (missingBytes > 0) this.#kept.add(chunk.subarray(0, missingBytes));
    return this.#draft?.write(chunk) ?? true;
  }

  /** A copy: a part would keep the whole alive until the record is written. */
  #firstOf(bytes: Uint8Array): Uint8Array {
    return this.#limits.keptBytes === 0 ? nothing : Buffer.from(bytes.subarray(0, this.#limits.keptBytes));
  }
}

const nothing = new Uint8Array(0);
